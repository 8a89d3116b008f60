//! The ends of attempts.

use countersign::inbox::{Held, Settled, State};
use rusqlite::{Result, Row, params};
use serde_json::Value;

use super::objects::RowObject;
use crate::engine::Statements;

/// The end of an attempt.
pub(super) struct Ending {
    pub(super) held: Held,
    /// The state afterwards.
    pub(super) state: State,
    /// For a row that waits: when it is due.
    pub(super) due_at: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) forgets_body: bool,
}

/// The result of an ending.
pub(super) struct Ended {
    pub(super) settled: Settled,
    /// The time at which this delivery, or one that waited for its end, is due.
    pub(super) due_at: Option<i64>,
}

impl Ending {
    /// Ends the attempt, unless another one has taken the row.
    pub(super) fn apply(&self, statements: &mut Statements<'_>, now: i64) -> Result<Ended> {
        let Self { ref held, state, due_at, ref reason, forgets_body } = *self;
        let id = held.id().0;
        let token = held.token().to_bytes();
        let ended_at = due_at.is_none().then_some(now);
        let quoted = reason.clone().map_or(Value::Null, Value::String).to_string();
        let values = params![id, token, state.name(), due_at, ended_at, reason, now, quoted];
        let read = |row: &Row<'_>| Ok((RowObject::read(row)?, row.get::<_, i64>("vanished")? >= 2));
        let Some((object, was_alone)) = statements.row(END, values, read)? else {
            return Ok(Ended { settled: Settled::LeaseLost, due_at: None });
        };
        if forgets_body {
            statements.execute(FORGET_REQUEST, params![id])?;
        }
        let due_at = match (due_at, object) {
            (None, Some(object)) => object.let_next(statements)?,
            _ => due_at,
        };
        // Of the rows whose last two attempts vanished, only one runs at a time. This one has
        // ended, so the next one can be taken now.
        let due_at =
            if was_alone { Some(due_at.map_or(now, |due_at| due_at.min(now))) } else { due_at };
        Ok(Ended { settled: Settled::Applied, due_at })
    }
}

/// Holds a row until `lease_ends_at`.
pub(super) fn extend(
    statements: &mut Statements<'_>,
    held: &Held,
    lease_ends_at: i64,
) -> Result<Settled> {
    let token = held.token().to_bytes();
    let changed = statements.execute(EXTEND, params![held.id().0, token, lease_ends_at])?;
    Ok(if changed == 0 { Settled::LeaseLost } else { Settled::Applied })
}

/// Puts a row back, due `now`, as if it had not been taken.
pub(super) fn release(statements: &mut Statements<'_>, held: &Held, now: i64) -> Result<Settled> {
    let token = held.token().to_bytes();
    let changed = statements.execute(RELEASE, params![held.id().0, token, now])?;
    Ok(if changed == 0 { Settled::LeaseLost } else { Settled::Applied })
}

/// Ends the attempt that has the token. Only rows that run have one. A row that was taken with no
/// attempts left has no attempt that could end.
const END: &str = "\
update countersign_inbox set
    state = ?3, due_at = ?4, ended_at = ?5, last_reason = coalesce(?6, last_reason),
    token = null, began_at = null,
    attempts_log = case when began_at is null then attempts_log
        else attempts_log || '[' || attempts || ',' || began_at || ',' || ?7 || ',' || ?8 || ']'
            || char(10) end
where id = ?1 and token = ?2
returning endpoint, object, vanished";

const FORGET_REQUEST: &str = "delete from countersign_inbox_requests where id = ?1";

const EXTEND: &str = "update countersign_inbox set due_at = ?3 where id = ?1 and token = ?2";

/// A row that was taken with no attempts left was taken without being counted.
const RELEASE: &str = "\
update countersign_inbox set
    state = 'waiting', token = null, due_at = ?3,
    attempts = attempts - (began_at is not null), began_at = null
where id = ?1 and token = ?2";
