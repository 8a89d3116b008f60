//! What the database answers to a claim.

use bytes::Bytes;
use countersign::idempotency::Claim;
use tokio_postgres::{Error, Row};

use crate::duration::remaining;

/// Reads the answer: none where it is to be asked again.
pub(crate) fn claim(rows: &[Row]) -> Result<Option<Claim>, Error> {
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(Some(if row.try_get("fresh")? {
        Claim::Fresh
    } else if row.try_get("done")? {
        Claim::Done { note: Bytes::from(row.try_get::<_, Vec<u8>>("note")?) }
    } else {
        Claim::InProgress { retry_after: remaining(row.try_get("remaining")?) }
    }))
}

/// How often a claim is tried. Each further attempt means that somebody else claimed the event
/// between this one's first look and its insertion, and the next one sees that; unless it was
/// freed again in that moment.
pub(crate) const ATTEMPTS: u32 = 8;

/// A claim came out neither way.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("others claimed and freed the event {ATTEMPTS} times while it was asked for")]
pub(crate) struct Undecided;
