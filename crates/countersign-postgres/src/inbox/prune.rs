//! The removal of old rows, which are counted by the hour of their receipt.

use std::time::Duration;

use tokio_postgres::{Error, types::Type};

use crate::{
    connection::{Lent, Parameter},
    duration::Interval,
};

/// Removes up to `most` rows that are done or discarded, and that ended at least `age` ago. Returns
/// their number.
pub(super) async fn prune(lent: &Lent, age: Duration, most: usize) -> Result<usize, Error> {
    counted(lent, PRUNE, age, most).await
}

/// Counts the rows that [`prune`] would remove.
pub(super) async fn prunable(lent: &Lent, age: Duration, most: usize) -> Result<usize, Error> {
    counted(lent, PRUNABLE, age, most).await
}

/// Executes a statement with an age and a number, which returns a number.
async fn counted(lent: &Lent, statement: &str, age: Duration, most: usize) -> Result<usize, Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let parameters: [Parameter<'_>; 2] =
        [(&Interval::of(age), Type::INTERVAL), (&most, Type::INT8)];
    let removed: i64 = lent.one_row(statement, &parameters).await?.try_get(0)?;
    Ok(usize::try_from(removed).unwrap_or_default())
}

const PRUNABLE: &str = "\
select count(*) from (
    select from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= statement_timestamp() - $1
    limit $2
) as old";

/// Removes rows that were kept for long enough, with their requests, and adds them to the hours of
/// their receipt. Rows that another process is removing are skipped.
///
/// Hours are kept for 360 hours: two weeks, and a day for a reader who asks for whole days. A receipt
/// in the future is that of a clock that was wrong: its hour would be kept until then. Hours are
/// changed in their order, and removed only if no other process holds them, so that processes do
/// not wait for each other in a circle.
const PRUNE: &str = "\
with old as (
    select id from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= statement_timestamp() - $1
    order by ended_at, id
    limit $2
    for update skip locked
), removed as (
    delete from countersign_inbox as row using old where row.id = old.id
    returning row.id, endpoint, received_at
), emptied as (
    delete from countersign_inbox_requests as request using removed where request.id = removed.id
), counted as (
    insert into countersign_inbox_hours as hours (hour, endpoint, accepted, last_received_at)
    select floor(extract(epoch from received_at) / 3600)::int, endpoint, count(*), max(received_at)
    from removed
    where received_at >= statement_timestamp() - interval '360 hours'
        and received_at < statement_timestamp() + interval '1 hour'
    group by 1, 2
    order by 1, 2
    on conflict (hour, endpoint) do update set
        accepted = hours.accepted + excluded.accepted,
        last_received_at = greatest(hours.last_received_at, excluded.last_received_at)
), stale as (
    select hour, endpoint from countersign_inbox_hours
    where hour < floor(extract(epoch from statement_timestamp()) / 3600)::int - 360
    for update skip locked
), forgotten as (
    delete from countersign_inbox_hours as hours using stale
    where hours.hour = stale.hour and hours.endpoint = stale.endpoint
)
select count(*) from removed";
