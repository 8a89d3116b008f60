//! The numbers of deliveries by the time of their receipt.

use countersign::inbox::Activity;
use rusqlite::{Result, params};

use super::prune::HOUR;
use crate::{engine::Statements, time::system_time};

/// Counts the deliveries that were received at `since` or later, by endpoint and interval.
pub(super) fn count(
    statements: &mut Statements<'_>,
    since: i64,
    width: i64,
) -> Result<Vec<Activity>> {
    let first = first_received_since(statements, since.saturating_sub(DISORDER))?;
    let first_hour = since.div_euclid(HOUR);
    statements.rows(COUNT, params![first, since, width, first_hour], |row| {
        Ok(Activity {
            endpoint: row.get(0)?,
            interval: row.get::<_, i64>(1)?.unsigned_abs(),
            accepted: row.get::<_, i64>(2)?.unsigned_abs(),
            dead: row.get::<_, i64>(3)?.unsigned_abs(),
            last_received_at: system_time(row.get(4)?),
        })
    })
}

/// Finds the number of the first row that was received at this time or later. There is no index of
/// times, which each insertion would have to change: numbers have nearly the same order.
fn first_received_since(statements: &mut Statements<'_>, since: i64) -> Result<i64> {
    type Ends = (Option<i64>, Option<i64>);
    let ends: Option<Ends> = statements.row(ENDS, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let Some((Some(first), Some(last))) = ends else { return Ok(0) };
    let (mut low, mut high) = (first, last.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        let row: Option<(i64, i64)> =
            statements.row(AT, params![middle], |row| Ok((row.get(0)?, row.get(1)?)))?;
        match row {
            Some((id, received_at)) if since > received_at => low = id.saturating_add(1),
            _ => high = middle,
        }
    }
    Ok(low)
}

const ENDS: &str = "\
select (select min(id) from countersign_inbox), (select max(id) from countersign_inbox)";

const AT: &str = "\
select id, received_at from countersign_inbox where id >= ?1 order by id limit 1";

/// Both tables are read by one statement, and so at one moment: a row that is removed meanwhile is
/// counted once. What was removed was not dead.
const COUNT: &str = "\
select endpoint, interval, sum(accepted), sum(dead), max(last_received_at)
from (
    select endpoint, (received_at - ?2) / ?3 as interval, count(*) as accepted,
        sum(state = 'dead') as dead, max(received_at) as last_received_at
    from countersign_inbox
    where id >= ?1 and received_at >= ?2
    group by endpoint, interval
    union all
    select endpoint, (last_received_at - ?2) / ?3, accepted, 0, last_received_at
    from countersign_inbox_hours
    where hour >= ?4 and last_received_at >= ?2
)
group by endpoint, interval
order by endpoint, interval";

/// A minute, in milliseconds: a delivery can be received this long before one with a lower number.
const DISORDER: i64 = 60_000;
