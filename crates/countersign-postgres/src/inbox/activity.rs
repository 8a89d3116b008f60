//! The numbers of deliveries by the time of their receipt.

use std::time::{Duration, SystemTime};

use countersign::inbox::Activity;
use tokio_postgres::{Error, types::Type};

use crate::connection::{Lent, Parameter};

/// Counts the deliveries that were received at `since` or later, by endpoint and interval.
pub(super) async fn count(
    lent: &Lent,
    since: SystemTime,
    width: Duration,
) -> Result<Vec<Activity>, Error> {
    let first = first_received_since(lent, since.checked_sub(DISORDER).unwrap_or(since)).await?;
    let seconds = width.as_secs_f64().max(0.001);
    let parameters: [Parameter<'_>; 3] =
        [(&first, Type::INT8), (&since, Type::TIMESTAMPTZ), (&seconds, Type::FLOAT8)];
    let rows = lent.query_typed(COUNT, &parameters).await?;
    let activity = |row: &tokio_postgres::Row| {
        Ok(Activity {
            endpoint: row.try_get(0)?,
            interval: row.try_get::<_, i64>(1)?.unsigned_abs(),
            accepted: row.try_get::<_, i64>(2)?.unsigned_abs(),
            dead: row.try_get::<_, i64>(3)?.unsigned_abs(),
            last_received_at: row.try_get(4)?,
        })
    };
    rows.iter().map(activity).collect()
}

/// Finds the number of the first row that was received at this time or later. There is no index of
/// times, which each insertion would have to change: numbers have nearly the same order.
async fn first_received_since(lent: &Lent, since: SystemTime) -> Result<i64, Error> {
    let ends = lent.one_row(ENDS, &[]).await?;
    let (Some(first), Some(last)) = (ends.try_get(0)?, ends.try_get::<_, Option<i64>>(1)?) else {
        return Ok(0);
    };
    let (mut low, mut high): (i64, i64) = (first, last.saturating_add(1));
    while low < high {
        let middle = low + (high - low) / 2;
        match lent.row(AT, &[(&middle, Type::INT8)]).await? {
            Some(row) if row.try_get::<_, SystemTime>(1)? < since => {
                low = row.try_get::<_, i64>(0)?.saturating_add(1);
            }
            _ => high = middle,
        }
    }
    Ok(low)
}

const ENDS: &str = "\
select (select min(id) from countersign_inbox), (select max(id) from countersign_inbox)";

const AT: &str = "\
select id, received_at from countersign_inbox where id >= $1 order by id limit 1";

/// Both tables are read by one statement, and so at one moment: a row that is removed meanwhile is
/// counted once. What was removed was not dead.
const COUNT: &str = "\
select endpoint, place, sum(accepted)::bigint, sum(dead)::bigint, max(last_received_at)
from (
    select endpoint, floor(extract(epoch from received_at - $2) / $3)::bigint as place,
        count(*) as accepted, count(*) filter (where state = 'dead') as dead,
        max(received_at) as last_received_at
    from countersign_inbox
    where id >= $1 and received_at >= $2
    group by 1, 2
    union all
    select endpoint, floor(extract(epoch from last_received_at - $2) / $3)::bigint, accepted, 0,
        last_received_at
    from countersign_inbox_hours
    where hour >= floor(extract(epoch from $2) / 3600)::int and last_received_at >= $2
) as counted
group by 1, 2
order by 1, 2";

/// A delivery can be received this long before one with a lower number.
const DISORDER: Duration = Duration::from_secs(60);
