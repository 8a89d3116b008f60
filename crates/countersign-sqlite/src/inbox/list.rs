//! The rows that operators see.

use std::time::SystemTime;

use countersign::inbox::{Details, Filter, Row, RowId, State};
use rusqlite::{Result, params, params_from_iter, types::Value};

use super::{attempts, state};
use crate::{
    engine::Statements,
    time::{since_1970, system_time},
};

/// Lists the rows that fit, the newest first.
pub(super) fn list(statements: &mut Statements<'_>, filter: &Filter) -> Result<Vec<Row>> {
    let (sql, values) = query(filter);
    let mut statement = statements.connection().prepare(&sql)?;
    statement.query_map(params_from_iter(values), read)?.collect()
}

/// Makes the statement of a list. Each set of conditions is a statement of its own, so that SQLite
/// chooses an index for it.
pub(super) fn query(filter: &Filter) -> (String, Vec<Value>) {
    let mut sql = LIST.to_owned();
    let mut values = Vec::new();
    if let Some(state) = filter.state {
        sql += " and state = ?";
        values.push(Value::Text(state.name().to_owned()));
        if state != State::Done {
            // SQLite uses the index of the rows that are not done only if the query repeats the
            // condition of that index.
            sql += " and state <> 'done'";
        }
    }
    let texts = [
        (" and endpoint = ?", &filter.endpoint),
        (" and provider = ?", &filter.provider),
        (" and tenant = ?", &filter.tenant),
        (" and event_type = ?", &filter.event_type),
    ];
    for (condition, text) in texts {
        if let Some(text) = text {
            sql += condition;
            values.push(Value::Text(text.clone()));
        }
    }
    if let Some(event_id) = &filter.event_id {
        sql += OF_EVENT;
        values.extend([Value::Text(event_id.clone()), Value::Text(event_id.clone())]);
    }
    let times = [
        (" and received_at >= ?", filter.received_since),
        (" and received_at < ?", filter.received_before),
    ];
    for (condition, time) in times {
        if let Some(time) = time {
            sql += condition;
            values.push(Value::Integer(rounded_up(time)));
        }
    }
    for (condition, id) in [(" and id < ?", filter.before), (" and id > ?", filter.after)] {
        if let Some(id) = id {
            sql += condition;
            values.push(Value::Integer(id.0));
        }
    }
    sql += " order by id desc limit ?";
    let most = if filter.most == 0 { DEFAULT_MOST } else { filter.most };
    values.push(Value::Integer(i64::try_from(most).unwrap_or(i64::MAX)));
    (sql, values)
}

/// Returns one row with all that is kept about it.
pub(super) fn get(statements: &mut Statements<'_>, id: RowId) -> Result<Option<Details>> {
    let Some((row, log)) = statements
        .row(GET, params![id.0], |row| Ok((read(row)?, row.get::<_, String>("attempts_log")?)))?
    else {
        return Ok(None);
    };
    let request = statements.row(REQUEST, params![id.0], |row| row.get::<_, Vec<u8>>(0))?;
    Ok(Some(Details { row, request: request.map(Into::into), attempts: attempts::read(&log) }))
}

/// Returns the first whole millisecond that is not before the time. Rows have whole milliseconds.
pub(super) fn rounded_up(time: SystemTime) -> i64 {
    let milliseconds = since_1970(time);
    milliseconds.saturating_add(i64::from(system_time(milliseconds) < time))
}

fn read(row: &rusqlite::Row<'_>) -> Result<Row> {
    let state = state::named(&row.get::<_, String>("state")?);
    let due_at: Option<i64> = row.get("due_at")?;
    Ok(Row {
        id: RowId(row.get("id")?),
        state,
        endpoint: row.get("endpoint")?,
        provider: row.get("provider")?,
        tenant: row.get("tenant")?,
        event_type: row.get("event_type")?,
        event_id: row.get("event_id")?,
        attempts: row.get("attempts")?,
        received_at: system_time(row.get("received_at")?),
        due_at: due_at.filter(|_| state == State::Waiting).map(system_time),
        last_reason: row.get("last_reason")?,
    })
}

/// The beginning of a list. Each condition begins with `and`.
const LIST: &str = "\
select id, state, endpoint, provider, tenant, event_type, event_id, attempts, received_at, due_at,
    last_reason
from countersign_inbox
where true";

/// The rows of an event. The index of events has only rows that have ended; the others are looked
/// through.
const OF_EVENT: &str = "
and id in (
    select id from countersign_inbox where event_id = ? and ended_at is not null
    union all
    select id from countersign_inbox
    where event_id = ? and state in ('waiting', 'running') and state <> 'done'
)";

const GET: &str = "select * from countersign_inbox where id = ?1";

const REQUEST: &str = "select request from countersign_inbox_requests where id = ?1";

/// Rows of a list whose filter sets no number.
const DEFAULT_MOST: usize = 100;
