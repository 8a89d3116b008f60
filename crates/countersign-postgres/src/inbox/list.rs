//! The rows that operators see.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use countersign::inbox::{Filter, Row, RowId, State};
use tokio_postgres::{Error, types::Type};

use super::text::clean;
use crate::connection::{Lent, Parameter};

/// Lists the rows that fit, the newest first.
pub(super) async fn list(lent: &Lent, filter: &Filter) -> Result<Vec<Row>, Error> {
    let state = filter.state.map(State::name);
    let texts =
        [&filter.endpoint, &filter.provider, &filter.tenant, &filter.event_type, &filter.event_id];
    let texts = texts.map(|text| text.as_deref().map(clean));
    let [endpoint, provider, tenant, event_type, event_id] = texts.each_ref().map(Option::as_deref);
    let before = filter.before.map(|id| id.0);
    let after = filter.after.map(|id| id.0);
    let received_since = filter.received_since.map(since_1970);
    let received_before = filter.received_before.map(since_1970);
    let most = if filter.most == 0 { DEFAULT_MOST } else { filter.most };
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    // Each set of conditions is a statement of its own, so that the server chooses an index for it.
    let mut sql = LIST.to_owned();
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    macro_rules! condition {
        ($value:ident, $kind:expr, $condition:literal) => {
            if $value.is_some() {
                parameters.push((&$value, $kind));
                sql += &format!(concat!(" and ", $condition), parameters.len());
            }
        };
    }
    condition!(state, Type::TEXT, "state = ${0}");
    condition!(endpoint, Type::TEXT, "endpoint = ${0}");
    condition!(provider, Type::TEXT, "provider = ${0}");
    condition!(tenant, Type::TEXT, "tenant = ${0}");
    condition!(event_type, Type::TEXT, "event_type = ${0}");
    condition!(received_since, Type::TIMESTAMPTZ, "received_at >= ${0}");
    condition!(received_before, Type::TIMESTAMPTZ, "received_at < ${0}");
    condition!(before, Type::INT8, "id < ${0}");
    condition!(after, Type::INT8, "id > ${0}");
    condition!(
        event_id,
        Type::TEXT,
        "id in (
            select id from countersign_inbox where event_id = ${0} and ended_at is not null
            union all
            select id from countersign_inbox
            where event_id = ${0} and state in ('waiting', 'running') and state <> 'done'
        )"
    );
    if filter.state.is_some_and(|state| state != State::Done) {
        // The index of the rows that are not done needs this condition.
        sql += " and state <> 'done'";
    }
    parameters.push((&most, Type::INT8));
    sql += &format!(" order by id desc limit ${}", parameters.len());
    let rows = lent.query_typed(&sql, &parameters).await?;
    rows.iter().map(row).collect()
}

pub(super) fn row(row: &tokio_postgres::Row) -> Result<Row, Error> {
    let state = named(row.try_get("state")?);
    let due_at: Option<SystemTime> = row.try_get("due_at")?;
    Ok(Row {
        id: RowId(row.try_get("id")?),
        state,
        endpoint: row.try_get("endpoint")?,
        provider: row.try_get("provider")?,
        tenant: row.try_get("tenant")?,
        event_type: row.try_get("event_type")?,
        event_id: row.try_get("event_id")?,
        attempts: row.try_get::<_, i32>("attempts")?.unsigned_abs(),
        received_at: row.try_get("received_at")?,
        due_at: due_at.filter(|_| state == State::Waiting),
        last_reason: row.try_get("last_reason")?,
    })
}

/// Returns the time, limited to the years 1970 to 9999, which the database can hold. No delivery was
/// received before 1970.
pub(super) fn since_1970(time: SystemTime) -> SystemTime {
    time.clamp(UNIX_EPOCH, UNIX_EPOCH + END_OF_9999)
}

/// Reads the name of a state. An unknown name, which was written by hand, is shown as discarded.
/// Workers do not look at it: they take the row when its `due_at` has passed.
fn named(name: &str) -> State {
    [State::Waiting, State::Running, State::Done, State::Dead]
        .into_iter()
        .find(|state| state.name() == name)
        .unwrap_or(State::Discarded)
}

/// The beginning of a list. Each condition begins with `and`.
const LIST: &str = "\
select id, state, endpoint, provider, tenant, event_type, event_id, attempts, received_at, due_at,
    last_reason
from countersign_inbox
where true";

/// 9999-12-31T23:59:59Z.
const END_OF_9999: Duration = Duration::from_secs(253_402_300_799);

/// Rows of a list whose filter sets no number.
const DEFAULT_MOST: usize = 100;
