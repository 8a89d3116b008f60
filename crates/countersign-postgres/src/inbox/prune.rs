//! The removal of old rows.

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

/// Removes rows that were kept for long enough, with their requests. Rows that another process is
/// removing are skipped.
const PRUNE: &str = "\
with old as (
    select id from countersign_inbox
    where state in ('done', 'discarded') and ended_at <= statement_timestamp() - $1
    order by ended_at, id
    limit $2
    for update skip locked
), removed as (
    delete from countersign_inbox as row using old where row.id = old.id returning row.id
), emptied as (
    delete from countersign_inbox_requests as request using removed where request.id = removed.id
)
select count(*) from removed";
