//! What the database answers to a claim.

use bytes::Bytes;
use countersign::idempotency::Claim;
use tokio_postgres::{Error, Row};

use crate::duration::remaining;

/// Reads the row that tells what came of a claim.
pub(crate) fn claim(row: &Row) -> Result<Claim, Error> {
    Ok(if row.try_get(0)? {
        Claim::Fresh
    } else if row.try_get(1)? {
        Claim::Done { note: Bytes::copy_from_slice(row.try_get(2)?) }
    } else {
        Claim::InProgress { retry_after: remaining(row.try_get(3)?) }
    })
}
