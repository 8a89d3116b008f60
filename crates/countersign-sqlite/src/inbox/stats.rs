//! The numbers of deliveries that are not done.

use std::collections::BTreeMap;

use countersign::inbox::Stats;
use rusqlite::{Result, params};

use crate::{engine::Statements, time::between};

/// Counts the deliveries of each endpoint. A delivery whose lease has run out counts as running
/// until it is taken again.
pub(super) fn count(statements: &mut Statements<'_>, now: i64) -> Result<Vec<Stats>> {
    let mut endpoints = BTreeMap::new();
    let open = statements.rows(OPEN, params![now], |row| {
        let endpoint: String = row.get(0)?;
        let mut stats = Stats::of(&endpoint);
        stats.ready = number(row, 1)?;
        stats.waiting = number(row, 2)?;
        stats.running = number(row, 3)?;
        let oldest: Option<i64> = row.get(4)?;
        stats.oldest_ready =
            oldest.filter(|due_at| *due_at <= now).map(|due_at| between(due_at, now));
        Ok((endpoint, stats))
    })?;
    endpoints.extend(open);
    for (endpoint, dead) in
        statements.rows(DEAD, [], |row| Ok((row.get::<_, String>(0)?, number(row, 1)?)))?
    {
        let stats = endpoints.entry(endpoint).or_insert_with_key(|endpoint| Stats::of(endpoint));
        stats.dead = dead;
    }
    Ok(endpoints.into_values().collect())
}

fn number(row: &rusqlite::Row<'_>, column: usize) -> Result<u64> {
    row.get::<_, i64>(column).map(i64::unsigned_abs)
}

const OPEN: &str = "\
select endpoint, sum(state = 'waiting' and due_at <= ?1), sum(state = 'waiting' and due_at > ?1),
    sum(state = 'running'), min(case when state = 'waiting' then due_at end)
from countersign_inbox
where state in ('waiting', 'running') and state <> 'done'
group by endpoint";

const DEAD: &str = "\
select endpoint, count(*) from countersign_inbox
where state = 'dead' and state <> 'done'
group by endpoint";
