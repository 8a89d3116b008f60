//! Deliveries on their way to a worker.

use std::{mem, sync::Arc};

use countersign::inbox::{Held, Taken};
use rusqlite::{Result, params};

use super::alarm::Alarm;
use crate::engine::{Queue, Statements};

/// Deliveries on their way to a worker. If the worker has gone, the rows are given back: otherwise
/// nobody would handle them until their leases run out.
pub(super) struct Haul {
    taken: Vec<Taken>,
    returns: Vec<Return>,
    queue: Queue,
    alarm: Arc<Alarm>,
    /// The time at which more deliveries may be due.
    pub(super) next_due_at: i64,
}

/// The state of a row before it was taken.
pub(super) struct Return {
    pub(super) held: Held,
    pub(super) due_at: i64,
    pub(super) attempts: u32,
}

impl Haul {
    pub(super) fn new(queue: Queue, alarm: Arc<Alarm>) -> Self {
        Self { taken: Vec::new(), returns: Vec::new(), queue, alarm, next_due_at: i64::MIN }
    }

    pub(super) fn add(&mut self, taken: Taken, row: Return) {
        self.taken.push(taken);
        self.returns.push(row);
    }

    pub(super) fn len(&self) -> usize {
        self.taken.len()
    }

    /// Returns the deliveries to the worker, which holds them from now on.
    pub(super) fn unload(mut self) -> Vec<Taken> {
        self.returns.clear();
        mem::take(&mut self.taken)
    }
}

impl Drop for Haul {
    fn drop(&mut self) {
        let returns = mem::take(&mut self.returns);
        let Some(due_at) = returns.iter().map(|row| row.due_at).min() else { return };
        let alarm = Arc::clone(&self.alarm);
        // If the rows were not committed, no row has these tokens.
        let give_back = move |statements: &mut Statements<'_>| {
            returns.iter().try_for_each(|row| row.give_back(statements))
        };
        self.queue.post(give_back, move |()| alarm.ring_at(due_at));
    }
}

impl Return {
    fn give_back(&self, statements: &mut Statements<'_>) -> Result<()> {
        let Self { held, due_at, attempts } = self;
        let token = held.token().to_bytes();
        statements.execute(GIVE_BACK, params![held.id().0, token, due_at, attempts]).map(drop)
    }
}

const GIVE_BACK: &str = "\
update countersign_inbox set
    state = 'waiting', token = null, due_at = ?3, attempts = ?4, began_at = null
where id = ?1 and token = ?2";
