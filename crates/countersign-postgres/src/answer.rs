//! The database's answer to a claim.

use bytes::Bytes;
use countersign::idempotency::Claim;
use tokio_postgres::{Error, Row};

use crate::duration::remaining;

/// Reads the row that a claim returns.
pub(crate) fn claim(row: &Row) -> Result<Claim, Error> {
    if row.try_get(0)? {
        return Ok(Claim::Fresh);
    }
    Ok(match row.try_get(1)? {
        Some(note) => Claim::Done { note: Bytes::copy_from_slice(note) },
        None => Claim::InProgress { retry_after: remaining(row.try_get(2)?) },
    })
}
