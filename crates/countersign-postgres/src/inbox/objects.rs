//! The order of deliveries about one object.
//!
//! Of the open rows of an object, all but the earliest are marked as held back. A transaction that
//! changes the open rows of an object first takes the object's lock, so that it sees what the one
//! before it has changed, and so that rows become visible in the order of their ids.

use tokio_postgres::{Error, Row};

/// Begins a transaction that waits at most 2 s for the lock of an object: a transaction of the
/// application may hold it. In a stricter isolation, the statements after the lock would not see
/// the changes of the transaction that held the lock before.
pub(super) const BEGIN: &str =
    "begin isolation level read committed; set local lock_timeout = '2s'";

/// Takes the lock of an object until the end of the transaction. Returns the isolation of the
/// transaction.
pub(super) const LOCK: &str = "\
select current_setting('transaction_isolation'),
    pg_advisory_xact_lock(hashtextextended(format('%s/%s', $1, $2), 0))";

/// Takes the lock of the object of a row, if it has one. Returns the isolation of the transaction.
pub(super) const LOCK_OF_ROW: &str = "\
select current_setting('transaction_isolation'),
    pg_advisory_xact_lock(hashtextextended(format('%s/%s', endpoint, object), 0))
from countersign_inbox where id = $1 and object is not null";

/// A transaction of the application in which the order of an object cannot be kept.
#[derive(Debug, thiserror::Error)]
#[error(
    "the isolation of the transaction is `{0}`: deliveries about an object need `read committed`"
)]
pub(super) struct Isolation(String);

/// Checks the isolation that a lock returned.
pub(super) fn check(locked: &[Row]) -> Result<Result<(), Isolation>, Error> {
    let Some(row) = locked.first() else { return Ok(Ok(())) };
    let isolation: String = row.try_get(0)?;
    Ok(if isolation == "read committed" { Ok(()) } else { Err(Isolation(isolation)) })
}

/// Holds the next row back no longer, after a row has ended.
pub(super) const LET_NEXT: &str = "\
update countersign_inbox as next set held_back = false
from countersign_inbox as ended
where ended.id = $1 and ended.due_at is null and next.held_back and next.id = (
    select min(open.id) from countersign_inbox as open
    where open.endpoint = ended.endpoint and open.object = ended.object
        and open.due_at is not null
)";

/// Puts a row that was opened again into the order of its object: sets `held_back` of this row and
/// of the next open one, which may have been the earliest until now. Only the earliest is not held
/// back.
pub(super) const LINE_UP: &str = "\
update countersign_inbox as row set held_back = coalesce(row.id <> (
    select min(open.id) from countersign_inbox as open
    where open.endpoint = again.endpoint and open.object = again.object and open.due_at is not null
), false)
from countersign_inbox as again
where again.id = $1 and again.object is not null and (row.id = $1 or row.id = (
    select min(open.id) from countersign_inbox as open
    where open.endpoint = again.endpoint and open.object = again.object and open.due_at is not null
        and open.id > $1
))";
