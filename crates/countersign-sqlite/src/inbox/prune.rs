//! The removal of old rows, which are counted before.

use std::time::Duration;

use rusqlite::{Result, params};

use crate::{
    engine::{Statements, Upkeep, within_transaction},
    time::{Clock, milliseconds},
};

/// Removes up to `most` rows that are done or discarded, and that ended at `cutoff` or before, and
/// adds them to the hours of their receipt. Returns their number.
///
/// It has to run in one transaction, so that each row is counted either by itself or in its hour.
pub(super) fn prune(
    statements: &mut Statements<'_>,
    now: i64,
    cutoff: i64,
    most: usize,
) -> Result<usize> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let (first, last) = (now.saturating_sub(COUNTED_FOR), now.saturating_add(HOUR));
    statements.execute(COUNT_IN_HOURS, params![cutoff, most, first, last, HOUR])?;
    statements.execute(PRUNE_REQUESTS, params![cutoff, most])?;
    statements.execute(PRUNE, params![cutoff, most])
}

/// Counts the rows that [`prune`] would remove.
pub(super) fn count(statements: &mut Statements<'_>, cutoff: i64, most: usize) -> Result<usize> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let count = statements.row(COUNT, params![cutoff, most], |row| row.get::<_, i64>(0))?;
    Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default())
}

/// Makes the work that removes rows once they were kept for long enough.
pub(super) fn upkeep(clock: Clock, keep_for: Duration) -> Upkeep {
    Box::new(move |statements| {
        let now = clock.now();
        forget_hours(statements, now)?;
        let cutoff = now.saturating_sub(milliseconds(keep_for));
        // Without a lock, because there is nothing to do in most cases.
        let oldest = statements.row(OLDEST, [], |row| row.get::<_, Option<i64>>(0))?.flatten();
        if oldest.is_none_or(|oldest| oldest > cutoff) {
            return Ok(false);
        }
        let removed =
            within_transaction(statements, |statements| prune(statements, now, cutoff, BATCH))?;
        Ok(removed == BATCH)
    })
}

/// Removes the hours that were counted for long enough.
fn forget_hours(statements: &mut Statements<'_>, now: i64) -> Result<()> {
    let first = now.saturating_sub(COUNTED_FOR).div_euclid(HOUR);
    let oldest = statements.row(OLDEST_HOUR, [], |row| row.get::<_, Option<i64>>(0))?.flatten();
    if oldest.is_some_and(|oldest| oldest < first) {
        within_transaction(statements, |statements| {
            statements.execute(FORGET_HOURS, params![first])
        })?;
    }
    Ok(())
}

const OLDEST: &str = "\
select min(ended_at) from countersign_inbox where state in ('done', 'discarded')";

const COUNT: &str = "\
select count(*) from (
    select 1 from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= ?1
    limit ?2
)";

/// Adds the rows that [`PRUNE`] removes, if it is executed next, to the hours of their receipt. A
/// time in the future is that of a clock that was wrong: its hour would be kept until then.
const COUNT_IN_HOURS: &str = "\
insert into countersign_inbox_hours as hours (hour, endpoint, accepted, last_received_at)
select received_at / ?5 as hour, endpoint, count(*), max(received_at)
from countersign_inbox
where received_at between ?3 and ?4 and id in (
    select id from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= ?1
    order by ended_at, id
    limit ?2
)
group by hour, endpoint
on conflict (hour, endpoint) do update set
    accepted = hours.accepted + excluded.accepted,
    last_received_at = max(hours.last_received_at, excluded.last_received_at)";

const OLDEST_HOUR: &str = "select min(hour) from countersign_inbox_hours";

const FORGET_HOURS: &str = "delete from countersign_inbox_hours where hour < ?1";

const PRUNE: &str = "\
delete from countersign_inbox where id in (
    select id from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= ?1
    order by ended_at, id
    limit ?2
)";

/// Removes the requests of the rows that [`PRUNE`] removes, if it is executed next.
const PRUNE_REQUESTS: &str = "\
delete from countersign_inbox_requests where id in (
    select id from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= ?1
    order by ended_at, id
    limit ?2
)";

/// In milliseconds.
pub(super) const HOUR: i64 = 60 * 60 * 1000;

/// Time from its receipt for which a delivery is counted after its row was removed: two weeks, and a
/// day for a reader who asks for whole days. In milliseconds.
const COUNTED_FOR: i64 = 15 * 24 * HOUR;

/// Rows of one batch, so that deliveries do not wait long for its end.
const BATCH: usize = 50;
