//! The deliveries that a worker takes.

use std::time::Duration;

use countersign::{
    idempotency::Token,
    inbox::{Held, RowId, Taken, Wanted},
};
use tokio_postgres::{Error, Row, types::Type};

use crate::{
    connection::{Lent, Parameter},
    duration::{Interval, remaining},
};

/// Takes the rows that are due for the longest time. All of them get this token.
pub(super) async fn take(lent: &Lent, wanted: &Wanted, token: Token) -> Result<Vec<Taken>, Error> {
    let most = i64::try_from(wanted.most).unwrap_or(i64::MAX);
    let attempts = i32::try_from(wanted.attempts).unwrap_or(i32::MAX);
    let bytes = token.to_bytes();
    let parameters: [Parameter<'_>; 5] = [
        (&wanted.endpoints, Type::TEXT_ARRAY),
        (&most, Type::INT8),
        (&&bytes[..], Type::BYTEA),
        (&Interval::of(wanted.lease), Type::INTERVAL),
        (&attempts, Type::INT4),
    ];
    let rows = lent.rows(TAKE, &parameters).await?;
    let mut taken = rows.iter().map(|row| read(row, token)).collect::<Result<Vec<_>, _>>()?;
    // Statements that change rows return them in no order.
    taken.sort_by(|one, other| other.late.cmp(&one.late).then(one.held.id().cmp(&other.held.id())));
    Ok(taken)
}

fn read(row: &Row, token: Token) -> Result<Taken, Error> {
    let object: Option<&str> = row.try_get("object")?;
    let request: Option<&[u8]> = row.try_get("request")?;
    Ok(Taken {
        held: Held::sharing(RowId(row.try_get("id")?), token),
        number: row.try_get::<_, i32>("attempts")?.unsigned_abs(),
        is_exhausted: row.try_get("is_exhausted")?,
        object: match object {
            Some(object) => Some((object.into(), row.try_get("version")?)),
            None => None,
        },
        late: remaining(row.try_get("late")?),
        request: bytes::Bytes::copy_from_slice(request.unwrap_or_default()),
    })
}

/// Returns the time until the next delivery of these endpoints is due.
pub(super) async fn next_due(
    lent: &Lent,
    endpoints: &Vec<String>,
) -> Result<Option<Duration>, Error> {
    let row = lent.one_row(NEXT_DUE, &[(endpoints, Type::TEXT_ARRAY)]).await?;
    Ok(row.try_get::<_, Option<f64>>(0)?.map(remaining))
}

/// Takes rows. Rows that another worker is taking are skipped.
///
/// One query for each endpoint: the index then has its rows in their order.
///
/// At most one row whose last two attempts vanished is taken, and none while such a row runs. It
/// may be the one that ends its process, so the others should not run beside it. Two workers that
/// take at the same moment can still get one each.
///
/// `held_back::int = 0` keeps the server from looking for suspects in the index of all rows that
/// are due. It would do so after a burst, because its statistics are from a time at which none was
/// due.
///
/// A row that was running when it was taken had an attempt that vanished: it gets an entry without
/// an end.
const TAKE: &str = "\
with due as (
    select row.id, row.due_at
    from unnest($1) as wanted (endpoint), lateral (
        select id, due_at from countersign_inbox
        where endpoint = wanted.endpoint and due_at is not null and not held_back
            and due_at <= statement_timestamp() and (began_at is null or vanished = 0)
        order by due_at, id
        limit $2
        for update skip locked
    ) as row
), suspect as (
    select id, due_at from countersign_inbox
    where due_at is not null and began_at is not null and vanished >= 1
        and endpoint = any ($1) and held_back::int = 0 and due_at <= statement_timestamp()
        and not exists (
            select from countersign_inbox
            where due_at is not null and began_at is not null and vanished >= 1
                and vanished >= 2 and state = 'running' and due_at > statement_timestamp()
        )
    order by due_at, id
    limit 1
    for update skip locked
), chosen as (
    select id, min(due_at) as due_at from (select * from due union all select * from suspect) as candidates
    group by id
    order by due_at, id
    limit $2
), taken as (
    update countersign_inbox as row set
        state = 'running', token = $3, due_at = statement_timestamp() + $4,
        attempts = case when row.attempts >= $5 then row.attempts else row.attempts + 1 end,
        began_at = case when row.attempts >= $5 then null else statement_timestamp() end,
        vanished = case when row.began_at is null then 0 else row.vanished + 1 end,
        attempts_log = case when row.began_at is null then row.attempts_log
            else row.attempts_log || jsonb_build_array(jsonb_build_array(row.attempts,
                floor(date_part('epoch', row.began_at) * 1000)::bigint, null, null)) end
    from chosen where row.id = chosen.id
    returning row.id, row.attempts, row.began_at is null as is_exhausted, row.object, row.version,
        date_part('epoch', statement_timestamp() - chosen.due_at) as late
)
select taken.*, requests.request
from taken left join countersign_inbox_requests as requests on requests.id = taken.id";

const NEXT_DUE: &str = "\
select date_part('epoch', min(row.due_at) - statement_timestamp())
from unnest($1) as served (endpoint), lateral (
    select due_at from countersign_inbox
    where endpoint = served.endpoint and due_at is not null and not held_back
        and due_at > statement_timestamp()
    order by due_at
    limit 1
) as row";
