//! The order of deliveries about one object.
//!
//! Of the open rows of an object, all but the earliest are marked as held back, and are not in the
//! index of what is due. A worker therefore finds a delivery quickly, however many wait behind it.

use rusqlite::{Result, Row, params};

use crate::engine::Statements;

/// The object of a row.
pub(super) struct RowObject {
    endpoint: String,
    object: String,
}

impl RowObject {
    /// Reads the columns `endpoint` and `object`. Returns `None` if the row has no object.
    pub(super) fn read(row: &Row<'_>) -> Result<Option<Self>> {
        let object: Option<String> = row.get("object")?;
        object.map(|object| Ok(Self { endpoint: row.get("endpoint")?, object })).transpose()
    }

    /// Holds the next row back no longer, after a row has ended. Returns the time at which the next
    /// row is due.
    pub(super) fn let_next(&self, statements: &mut Statements<'_>) -> Result<Option<i64>> {
        let Self { endpoint, object } = self;
        statements.row(LET_NEXT, params![endpoint, object], |row| row.get(0))
    }

    /// Puts a row that was opened again into the order of its object. The row can be earlier than
    /// all other open rows.
    pub(super) fn line_up(&self, statements: &mut Statements<'_>, id: i64) -> Result<()> {
        let Self { endpoint, object } = self;
        statements.execute(LINE_UP, params![endpoint, object, id]).map(drop)
    }
}

const LET_NEXT: &str = "\
update countersign_inbox set held_back = 0
where held_back = 1 and id = (
    select min(id) from countersign_inbox
    where endpoint = ?1 and object = ?2 and due_at is not null
)
returning due_at";

/// Sets `held_back` of the row and of the next open one, which may have been the earliest until
/// now. Only the earliest is not held back.
const LINE_UP: &str = "\
update countersign_inbox set held_back = id <> (
    select min(id) from countersign_inbox
    where endpoint = ?1 and object = ?2 and due_at is not null
)
where id = ?3 or id = (
    select min(id) from countersign_inbox
    where endpoint = ?1 and object = ?2 and due_at is not null and id > ?3
)";
