//! The removal of old rows.

use std::time::Duration;

use rusqlite::{Result, params};

use crate::{
    engine::{Statements, Upkeep, within_transaction},
    time::{Clock, milliseconds},
};

/// Removes up to `most` rows that are done or discarded, and that ended at `cutoff` or before. Returns their number.
pub(super) fn prune(statements: &mut Statements<'_>, cutoff: i64, most: usize) -> Result<usize> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
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
        let cutoff = clock.now().saturating_sub(milliseconds(keep_for));
        // Without a lock, because there is nothing to do in most cases.
        let oldest = statements.row(OLDEST, [], |row| row.get::<_, Option<i64>>(0))?.flatten();
        if oldest.is_none_or(|oldest| oldest > cutoff) {
            return Ok(false);
        }
        let removed =
            within_transaction(statements, |statements| prune(statements, cutoff, BATCH))?;
        Ok(removed == BATCH)
    })
}

const OLDEST: &str = "\
select min(ended_at) from countersign_inbox where state in ('done', 'discarded')";

const COUNT: &str = "\
select count(*) from (
    select 1 from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= ?1
    limit ?2
)";

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

/// Rows of one batch, so that deliveries do not wait long for its end.
const BATCH: usize = 50;
