//! The deliveries that a worker takes.

use bytes::Bytes;
use countersign::inbox::{Held, RowId, Taken, Wanted};
use rusqlite::{Result, Row, params};

use super::haul::{Haul, Return};
use crate::{
    engine::Statements,
    time::{between, milliseconds},
};

/// The deliveries that a worker wants. Times are in milliseconds since 1970.
pub(super) struct Order<'a> {
    pub(super) wanted: &'a Wanted,
    /// The endpoints of all workers of this process.
    pub(super) served: &'a [String],
    pub(super) now: i64,
}

/// A row that is due.
struct Due {
    id: i64,
    attempts: u32,
    due_at: i64,
    object: Option<Box<str>>,
    version: Option<i64>,
}

impl Due {
    fn read(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            attempts: row.get(1)?,
            due_at: row.get(2)?,
            object: row.get(3)?,
            version: row.get(4)?,
        })
    }
}

/// Takes the rows that are due for the longest time.
pub(super) fn take(
    statements: &mut Statements<'_>,
    order: &Order<'_>,
    haul: &mut Haul,
) -> Result<()> {
    let mut due = Vec::new();
    let most = order.wanted.most;
    let limit = i64::try_from(most).unwrap_or(i64::MAX);
    // One query for each endpoint: the index then has its rows in their order.
    for endpoint in &order.wanted.endpoints {
        due.extend(statements.rows(DUE, params![endpoint, order.now, limit], Due::read)?);
    }
    due.extend(suspect(statements, order)?);
    due.sort_unstable_by_key(|row| (row.due_at, row.id));
    // An endpoint may be named twice.
    due.dedup_by_key(|row| row.id);
    due.truncate(most);
    for row in due {
        take_one(statements, order, row, haul)?;
    }
    haul.next_due_at = if haul.len() < most {
        // This worker can take nothing else now. Other suspects wait for the end of the one that
        // runs.
        next_due_at(statements, order)?
    } else {
        order.now
    };
    Ok(())
}

/// Returns one of the rows whose last two attempts vanished, unless another one runs.
///
/// Such a delivery may end its process, or may only have run beside one that does. They are taken
/// one by one, so that the others get away from the one that ends the process.
fn suspect(statements: &mut Statements<'_>, order: &Order<'_>) -> Result<Option<Due>> {
    if statements.row(RUNNING_SUSPECT, params![order.now], |_| Ok(()))?.is_some() {
        return Ok(None);
    }
    for endpoint in &order.wanted.endpoints {
        let suspect = statements.row(SUSPECT, params![endpoint, order.now], Due::read)?;
        if suspect.is_some() {
            return Ok(suspect);
        }
    }
    Ok(None)
}

fn take_one(
    statements: &mut Statements<'_>,
    order: &Order<'_>,
    due: Due,
    haul: &mut Haul,
) -> Result<()> {
    let Due { id, attempts, due_at, object, version } = due;
    let held = Held::new(RowId(id));
    let is_exhausted = attempts >= order.wanted.attempts;
    let number = if is_exhausted { attempts } else { attempts + 1 };
    let began_at = (!is_exhausted).then_some(order.now);
    let token = held.token().to_bytes();
    let lease_ends_at = order.now.saturating_add(milliseconds(order.wanted.lease));
    statements.execute(TAKE, params![id, token, lease_ends_at, number, began_at])?;
    let request = statements.row(REQUEST, params![id], |row| row.get::<_, Vec<u8>>(0))?;
    let taken = Taken {
        held: held.clone(),
        number,
        is_exhausted,
        object: object.map(|object| (object, version)),
        late: between(due_at, order.now),
        request: request.map(Bytes::from).unwrap_or_default(),
    };
    haul.add(taken, Return { held, due_at, attempts });
    Ok(())
}

/// Returns the time at which the next delivery is due, for any worker of this process.
fn next_due_at(statements: &mut Statements<'_>, order: &Order<'_>) -> Result<i64> {
    let mut next = i64::MAX;
    for endpoint in order.served {
        let due_at = statements
            .row(NEXT_DUE, params![endpoint, order.now], |row| row.get::<_, Option<i64>>(0))?;
        next = next.min(due_at.flatten().unwrap_or(i64::MAX));
    }
    Ok(next)
}

const DUE: &str = "\
select id, attempts, due_at, object, version
from countersign_inbox
where endpoint = ?1 and held_back = 0 and due_at <= ?2
    and (began_at is null or vanished = 0)
order by due_at, id
limit ?3";

/// A row that is due, and whose last two attempts vanished. By itself, SQLite would choose the
/// index of all that is due.
const SUSPECT: &str = "\
select id, attempts, due_at, object, version
from countersign_inbox indexed by countersign_inbox_suspects
where due_at is not null and began_at is not null and vanished >= 1
    and endpoint = ?1 and held_back = 0 and due_at <= ?2
order by due_at, id
limit 1";

/// A row that lost its last two attempts, and is running under a lease that has not run out.
const RUNNING_SUSPECT: &str = "\
select 1 from countersign_inbox indexed by countersign_inbox_suspects
where due_at is not null and began_at is not null and vanished >= 1
    and vanished >= 2 and due_at > ?1 and state = 'running' and state <> 'done'
limit 1";

/// Takes a row. If it was running, its attempt has vanished, and gets a line without an end.
const TAKE: &str = "\
update countersign_inbox set
    state = 'running', token = ?2, due_at = ?3, attempts = ?4, began_at = ?5,
    vanished = case when began_at is null then 0 else vanished + 1 end,
    attempts_log = case when began_at is null then attempts_log
        else attempts_log || '[' || attempts || ',' || began_at || ',null,null]' || char(10) end
where id = ?1";

const REQUEST: &str = "select request from countersign_inbox_requests where id = ?1";

const NEXT_DUE: &str = "\
select min(due_at) from countersign_inbox
where endpoint = ?1 and held_back = 0 and due_at > ?2";
