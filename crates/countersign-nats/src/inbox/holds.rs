//! The deliveries that this process holds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use async_nats::jetstream::message::Acker;
use countersign::inbox::{Held, RowId};

use super::record::Record;

/// A delivery that this process holds.
#[derive(Clone)]
pub(super) struct Hold {
    pub(super) endpoint: Box<str>,
    /// The last state, and the number of its message.
    pub(super) record: Record,
    pub(super) revision: u64,
    /// The time at which the server received the delivery.
    pub(super) received_at: SystemTime,
    /// Acknowledges the message of the delivery.
    pub(super) acker: std::sync::Arc<Acker>,
}

/// The deliveries that this process holds. Those of other processes are only known by their states.
#[derive(Default)]
pub(super) struct Holds(Mutex<State>);

#[derive(Default)]
struct State {
    holds: HashMap<RowId, (Held, Hold)>,
    /// The attempt whose delivery may crash this process.
    suspect: Option<Held>,
}

impl Holds {
    pub(super) fn insert(&self, held: &Held, hold: Hold) {
        self.lock().holds.insert(held.id(), (held.clone(), hold));
    }

    /// Returns the hold of an attempt, unless it was lost.
    pub(super) fn get(&self, held: &Held) -> Option<Hold> {
        let state = self.lock();
        let (holder, hold) = state.holds.get(&held.id())?;
        (holder == held).then(|| hold.clone())
    }

    /// Notes the state that an attempt has written.
    pub(super) fn update(&self, held: &Held, record: &Record, revision: u64) {
        if let Some((holder, hold)) = self.lock().holds.get_mut(&held.id())
            && holder == held
            && hold.revision < revision
        {
            hold.record = record.clone();
            hold.revision = revision;
        }
    }

    pub(super) fn remove(&self, held: &Held) {
        let mut state = self.lock();
        if state.holds.get(&held.id()).is_some_and(|(holder, _)| holder == held) {
            state.holds.remove(&held.id());
        }
        if state.suspect.as_ref() == Some(held) {
            state.suspect = None;
        }
    }

    /// Marks this delivery as the suspect of this process: the one that may crash it. Returns false
    /// if another delivery is the suspect.
    pub(super) fn suspects(&self, held: &Held) -> bool {
        let mut state = self.lock();
        let is_free = state.suspect.as_ref().is_none_or(|suspect| suspect.id() == held.id());
        if is_free {
            state.suspect = Some(held.clone());
        }
        is_free
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
