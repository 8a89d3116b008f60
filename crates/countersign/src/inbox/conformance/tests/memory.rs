//! A simple inbox in memory, for the tests of this crate.

use std::{
    sync::{
        Mutex, MutexGuard,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Notify,
    task::yield_now,
    time::{Instant, sleep},
};

use super::{
    super::super::{
        Accept, Accepted, EndedAttempt, Entry, Held, InboxStore, RowId, SerialInbox, Settled,
        State, Stats, StoreError, Taken, Wanted,
    },
    clock::{Clock, Start},
    fault::Fault,
    rows::{Kept, Rows},
};

/// An engine that keeps the order of deliveries about one object, and the history.
pub(crate) struct MemoryInbox {
    pub(super) fault: Option<Fault>,
    pub(super) clock: Clock,
    pub(super) start: Start,
    rows: Mutex<Rows>,
    changed: Notify,
    /// The number of waits that have not returned, for a fault. A wait that is dropped stays
    /// counted.
    waits: AtomicUsize,
}

impl Default for MemoryInbox {
    fn default() -> Self {
        Self::at(&Clock::default())
    }
}

impl MemoryInbox {
    pub(crate) fn at(clock: &Clock) -> Self {
        Self {
            fault: None,
            clock: clock.clone(),
            start: Start::of(clock),
            rows: Mutex::default(),
            changed: Notify::new(),
            waits: AtomicUsize::new(0),
        }
    }

    pub(super) fn with(fault: Fault, clock: &Clock) -> Self {
        let mut inbox = Self { fault: Some(fault), ..Self::at(clock) };
        inbox.rows.get_mut().unwrap().fault = Some(fault);
        inbox
    }

    pub(super) fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    /// Lets workers ask again.
    pub(super) fn notify(&self) {
        self.changed.notify_one();
        self.changed.notify_waiters();
    }

    fn after(&self, now: Instant, length: Duration) -> Option<Instant> {
        if self.has(Fault::Overflows) { Some(now + length) } else { now.checked_add(length) }
    }

    /// Changes the row that the attempt holds.
    fn settle(&self, held: &Held, change: impl FnOnce(&mut Kept, Instant)) -> Settled {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let Some(row) = rows.rows.get_mut(&held.id()) else { return Settled::LeaseLost };
        let is_held = row.held.as_ref() == Some(held)
            || (self.has(Fault::AnyoneSettles) && row.state == State::Running);
        if !is_held || (self.has(Fault::RejectsLateWork) && row.is_due(now)) {
            return Settled::LeaseLost;
        }
        change(row, now);
        row.changed = now;
        drop(rows);
        self.notify();
        Settled::Applied
    }

    /// Takes the rows.
    fn hold(&self, rows: &mut Rows, due: Vec<RowId>, wanted: &Wanted, now: Instant) -> Vec<Taken> {
        let mut taken = Vec::new();
        for id in due {
            let Some(row) = rows.rows.get_mut(&id) else { continue };
            let end = match self.fault {
                Some(Fault::LeasesEndAtOnce) => Some(now),
                _ => self.after(now, wanted.lease),
            };
            taken.push(row.take(id, now, end, wanted.attempts, self.fault));
            row.began_at = self.start.time_at(now);
        }
        taken
    }

    /// Ends the attempt that holds a row.
    fn end(&self, row: &mut Kept, now: Instant, state: State, reason: Option<&str>) {
        let reason = reason.map(str::to_owned).filter(|_| !self.has(Fault::ForgetsReasons));
        match row.ended.last_mut() {
            // An exhausted row was taken without an attempt.
            Some(last) if last.number == row.attempts => last.reason = reason,
            _ => row.ended.push(EndedAttempt {
                number: row.attempts,
                began_at: row.began_at,
                ended_at: Some(self.start.time_at(now)),
                reason,
            }),
        }
        (row.state, row.held, row.due) = (state, None, None);
    }
}

impl Accept for MemoryInbox {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        if self.has(Fault::LooksThenInserts) {
            let is_kept = self.lock().find(entry).is_some();
            yield_now().await;
            if !is_kept {
                let now = self.clock.now();
                self.lock().insert(entry, now, self.start.time_at(now));
            }
            return Ok(if is_kept { Accepted::Duplicate } else { Accepted::New });
        }
        let id = {
            let (now, mut rows) = (self.clock.now(), self.lock());
            if let Some(id) = rows.find(entry) {
                if self.has(Fault::ReplacesDuplicates) {
                    rows.rows.entry(id).and_modify(|row| row.entry = entry.clone());
                }
                return Ok(Accepted::Duplicate);
            }
            rows.insert(entry, now, self.start.time_at(now))
        };
        if self.has(Fault::KeepsInTwoSteps) {
            let due = self.lock().rows.get_mut(&id).and_then(|row| row.due.take());
            yield_now().await;
            self.lock().rows.entry(id).and_modify(|row| row.due = due);
        }
        self.notify();
        Ok(Accepted::New)
    }
}

impl InboxStore for MemoryInbox {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        if self.waits.load(Ordering::SeqCst) > 0 {
            return Err(StoreError::new("another worker waits"));
        }
        let now = self.clock.now();
        if self.has(Fault::LooksThenTakes) {
            let due = self.lock().due(wanted, now);
            yield_now().await;
            return Ok(self.hold(&mut self.lock(), due, wanted, now));
        }
        let mut rows = self.lock();
        let due = rows.due(wanted, now);
        Ok(self.hold(&mut rows, due, wanted, now))
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        Ok(self.settle(held, |row, now| {
            if !self.has(Fault::ExtendsNothing) {
                row.due = self.after(now, lease);
            }
        }))
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        Ok(self.settle(held, |row, now| {
            self.end(row, now, State::Done, None);
            if self.has(Fault::FinishesNothing) {
                (row.state, row.due) = (State::Waiting, Some(now));
            }
        }))
    }

    async fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        Ok(self.settle(held, |row, now| {
            self.end(row, now, State::Waiting, Some(reason));
            row.due = match self.fault {
                Some(Fault::IgnoresDelays) => Some(now),
                Some(Fault::ShortensDelays) => self.after(now, delay.min(MINUTE)),
                _ => self.after(now, delay),
            };
            row.attempts += u32::from(self.has(Fault::CountsFailures));
        }))
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        Ok(self.settle(held, |row, now| {
            self.end(row, now, State::Dead, Some(reason));
            if self.has(Fault::RevivesDead) {
                row.held = Some(held.clone());
            }
        }))
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        Ok(self.settle(held, |row, now| {
            let is_counted = match self.fault {
                Some(Fault::ReleasedCounts) => false,
                Some(Fault::ReleasedHasOneMore) => true,
                _ => row.is_counted,
            };
            row.attempts -= u32::from(is_counted);
            (row.state, row.held, row.due) = (State::Waiting, None, Some(now));
        }))
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        Ok(self.lock().stats(self.clock.now()))
    }

    async fn wait_until_due(&self) {
        if self.has(Fault::WaitsAlone) {
            self.waits.fetch_add(1, Ordering::SeqCst);
        }
        let wait = {
            let (now, rows) = (self.clock.now(), self.lock());
            let next = rows.rows.values().filter(|row| row.is_open()).filter_map(|row| row.due);
            next.min().map_or(LONGEST_WAIT, |next| (next - now).min(LONGEST_WAIT))
        };
        tokio::select! {
            () = self.changed.notified() => {}
            () = sleep(wait) => {}
        }
        if self.has(Fault::WaitsAlone) {
            self.waits.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

impl SerialInbox for MemoryInbox {
    async fn newest_done(&self, endpoint: &str, object: &str) -> Result<Option<i64>, StoreError> {
        let rows = self.lock();
        let done = rows.rows.values().filter(|row| {
            (row.state == State::Done
                || (self.has(Fault::NewestIsDead) && row.state == State::Dead))
                && row.entry.endpoint() == endpoint
                && row.entry.object() == Some(object)
        });
        let versions = done.filter_map(|row| row.entry.version());
        Ok(if self.has(Fault::NewestIsLast) { versions.last() } else { versions.max() })
    }
}

/// Longest wait without a notice.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

const MINUTE: Duration = Duration::from_secs(60);
