//! The record of actions.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use crate::text;

/// An action that an operator has made.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: SystemTime,
    pub(crate) who: String,
    pub(crate) what: String,
}

/// The last actions.
///
/// Each one is also an event of `tracing`, which is the lasting record: a log can be kept away from
/// the people whose actions it has. A table beside the deliveries could be changed by whoever can
/// change these, and would need a schema in every engine.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<VecDeque<Entry>>);

impl Record {
    /// Records an action: logs it, and keeps it for the page.
    pub(crate) fn add(&self, who: &str, action: &str, what: &str) {
        // A reason must not add a line to the log.
        let line = text::line(what);
        tracing::info!(target: TARGET, operator = who, action, "an operator acted: {line}");
        let what = text::start(what, LONGEST);
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push_front(Entry { at: SystemTime::now(), who: who.to_owned(), what });
        entries.truncate(MOST);
    }

    /// Returns the last actions, the newest first.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().cloned().collect()
    }
}

/// The target of the log lines of the console.
pub const TARGET: &str = "countersign::console";

const MOST: usize = 500;

/// In characters.
const LONGEST: usize = 2_000;
