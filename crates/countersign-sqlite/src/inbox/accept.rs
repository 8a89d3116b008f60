//! The insertion of a delivery.

use countersign::inbox::{Accepted, Entry};
use rusqlite::{Result, params};

use crate::{engine::Statements, time::since_1970};

/// A delivery, copied for the thread that writes.
pub(super) struct Delivery {
    key: Option<Box<str>>,
    endpoint: Box<str>,
    provider: Box<str>,
    tenant: Option<Box<str>>,
    event_type: Option<Box<str>>,
    event_id: Option<Box<str>>,
    object: Option<Box<str>>,
    version: Option<i64>,
    received_at: i64,
    request: Vec<u8>,
}

impl Delivery {
    pub(super) fn of(entry: &Entry) -> Self {
        Self {
            key: entry.key().map(|key| key.as_str().into()),
            endpoint: entry.endpoint().into(),
            provider: entry.provider().into(),
            tenant: entry.tenant().map(Box::from),
            event_type: entry.event_type().map(short),
            event_id: entry.event_id().map(short),
            object: entry.object().map(Box::from),
            version: entry.version(),
            received_at: since_1970(entry.received_at()),
            request: entry.request().to_json(),
        }
    }

    /// Inserts the delivery, due at `now`, unless its key is kept already.
    pub(super) fn insert(&self, statements: &mut Statements<'_>, now: i64) -> Result<Accepted> {
        let row = params![
            self.key,
            self.endpoint,
            self.provider,
            self.tenant,
            self.event_type,
            self.event_id,
            self.object,
            self.version,
            now,
            self.received_at,
        ];
        if statements.execute(INSERT, row)? == 0 {
            return Ok(Accepted::Duplicate);
        }
        let id = statements.connection().last_insert_rowid();
        statements.execute(INSERT_REQUEST, params![id, self.request])?;
        Ok(Accepted::New)
    }
}

/// Cuts a text that the sender has chosen. The request keeps the whole text.
fn short(text: &str) -> Box<str> {
    let end = text.char_indices().map(|(place, _)| place).take_while(|place| *place <= LONGEST);
    if text.len() <= LONGEST { text.into() } else { text[..end.last().unwrap_or_default()].into() }
}

/// In bytes: the longest type or id in a column.
const LONGEST: usize = 256;

const INSERT: &str = "\
insert into countersign_inbox (key, endpoint, provider, tenant, event_type, event_id, object, version,
    state, due_at, received_at, held_back)
values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10, exists (
    select 1 from countersign_inbox
    where endpoint = ?2 and object = ?7 and due_at is not null
))
on conflict (key) do nothing";

const INSERT_REQUEST: &str = "\
insert into countersign_inbox_requests (id, request) values (?1, ?2)";
