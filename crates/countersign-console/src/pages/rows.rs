//! Rows of a list.

use std::time::SystemTime;

use countersign::inbox::{Row, State};

use crate::{moment, text};

/// A row, as the list shows it.
pub(crate) struct Shown {
    pub(crate) id: i64,
    pub(crate) state: &'static str,
    pub(crate) endpoint: String,
    pub(crate) event_type: String,
    pub(crate) tenant: String,
    pub(crate) event_id: String,
    pub(crate) received_at: String,
    pub(crate) age: String,
    pub(crate) attempts: u32,
    /// The time of the next attempt, or the last reason.
    pub(crate) note: String,
}

impl Shown {
    pub(crate) fn of(row: &Row, now: SystemTime) -> Self {
        let short = |text: &Option<String>, longest| {
            text.as_deref().map(|text| text::start(text, longest)).unwrap_or_default()
        };
        let due = row.due_at.and_then(|due_at| due_at.duration_since(now).ok());
        let due = due.map(|wait| format!("due in {}", moment::span(wait)));
        let reason = row.last_reason.as_deref().filter(|_| row.state != State::Done);
        let reason = reason.map(|reason| text::start(reason, LONGEST_NOTE));
        Self {
            id: row.id.0,
            state: row.state.name(),
            endpoint: text::start(&row.endpoint, LONGEST),
            event_type: short(&row.event_type, LONGEST),
            tenant: short(&row.tenant, LONGEST),
            event_id: short(&row.event_id, LONGEST),
            received_at: moment::seconds(row.received_at),
            age: moment::age(row.received_at, now),
            attempts: row.attempts,
            note: [due, reason].into_iter().flatten().collect::<Vec<_>>().join(": "),
        }
    }
}

/// In characters: the page of the delivery has the whole texts.
const LONGEST: usize = 40;
const LONGEST_NOTE: usize = 80;
