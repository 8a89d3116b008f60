//! A simple store, and the faults that a store can have.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use tokio::task::yield_now;

use super::super::super::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError, Token};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    DoneWhenClaimed,
    SecondsForMilliseconds,
    RetryAfterZero,
    RefusesRepeats,
    FirstLengthCounts,
    AnyoneCompletes,
    AnyoneReleases,
    ReleasesDone,
    NeverFences,
    ForgetsLateWork,
    DoneForTheLease,
    DoneForEver,
    NoteEndsAtNul,
    NoteIsText,
    KeysIgnoreCase,
    KeysAreCut,
    LooksThenSets,
    HoldsFewEvents,
    LosesItsConnection,
    Overflows,
    ForgetsNothing,
    ForgetsClaims,
    ForgetsAll,
    ForgetsWhatIsOver,
}

/// A clock that runs, or that is stopped until it is set.
#[derive(Clone, Default)]
pub(super) struct Clock(Option<Arc<Mutex<Instant>>>);

impl Clock {
    pub(super) fn stopped() -> Self {
        Self(Some(Arc::new(Mutex::new(Instant::now()))))
    }

    pub(super) fn setter(&self) -> impl Fn(Duration) + Send + Sync + use<> {
        let now = self.0.clone().expect("a clock that stands");
        move |duration| *now.lock().unwrap() += duration
    }

    fn now(&self) -> Instant {
        self.0.as_ref().map_or_else(Instant::now, |now| *now.lock().unwrap())
    }
}

#[derive(Default)]
pub(super) struct NaiveStore {
    fault: Option<Fault>,
    clock: Clock,
    events: Mutex<Events>,
    is_connected_elsewhere: AtomicBool,
}

type Events = HashMap<String, Entry>;

#[derive(Clone)]
struct Entry {
    token: Option<Token>,
    former: Option<Token>,
    /// `None` if the entry never expires.
    end: Option<Instant>,
    note: Bytes,
}

impl NaiveStore {
    pub(super) fn at(clock: &Clock) -> Self {
        Self { clock: clock.clone(), ..Self::default() }
    }

    pub(super) fn with(fault: Fault, clock: &Clock) -> Self {
        Self { fault: Some(fault), ..Self::at(clock) }
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    fn key(&self, key: &IdempotencyKey) -> String {
        let key = key.as_str();
        match self.fault {
            Some(Fault::KeysIgnoreCase) => key.to_lowercase(),
            Some(Fault::KeysAreCut) => key.chars().take(100).collect(),
            _ => key.to_owned(),
        }
    }

    fn end(&self, length: Duration) -> Option<Instant> {
        if self.has(Fault::Overflows) {
            return Some(self.clock.now() + length);
        }
        self.clock.now().checked_add(length)
    }

    /// Returns the entry of an event, if it has not expired.
    fn known(&self, events: &Events, key: &IdempotencyKey) -> Option<Entry> {
        let entry = events.get(&self.key(key))?;
        let is_over = entry.end.is_some_and(|end| end <= self.clock.now());
        let stays = self.has(Fault::DoneForEver) && entry.token.is_none();
        (stays || !is_over).then(|| entry.clone())
    }

    fn set(&self, events: &mut Events, lease: &Lease, entry: Entry) {
        if self.has(Fault::HoldsFewEvents) && events.len() > 100 {
            events.clear();
        }
        events.insert(self.key(lease.key()), entry);
    }

    /// Returns the answer to a claim, or the new entry of an event that is free.
    fn look(&self, events: &Events, lease: &Lease, length: Duration) -> Result<Claim, Entry> {
        let mut end = self.end(length);
        if let Some(known) = self.known(events, lease.key()) {
            match known.token {
                None => return Ok(Claim::Done { note: known.note }),
                Some(token) if token != lease.token() || self.has(Fault::RefusesRepeats) => {
                    let retry_after = match known.end {
                        _ if self.has(Fault::RetryAfterZero) => Duration::ZERO,
                        None => Duration::MAX,
                        Some(end) => end - self.clock.now(),
                    };
                    let unit = if self.has(Fault::SecondsForMilliseconds) { 1000 } else { 1 };
                    return Ok(Claim::InProgress { retry_after: retry_after / unit });
                }
                Some(_) if self.has(Fault::FirstLengthCounts) => end = known.end,
                Some(_) => {}
            }
        }
        let token = (!self.has(Fault::DoneWhenClaimed)).then_some(lease.token());
        let former = events.get(&self.key(lease.key())).and_then(|known| known.token);
        Err(Entry { token, former, end, note: Bytes::new() })
    }

    fn settle(&self, events: &mut Events, lease: &Lease, looked: Result<Claim, Entry>) -> Claim {
        looked.unwrap_or_else(|entry| {
            self.set(events, lease, entry);
            Claim::Fresh
        })
    }

    fn note(&self, note: Bytes) -> Bytes {
        match self.fault {
            Some(Fault::NoteEndsAtNul) => {
                note.split(|byte| *byte == 0).next().unwrap_or_default().to_vec().into()
            }
            Some(Fault::NoteIsText) => String::from_utf8_lossy(&note).into_owned().into(),
            _ => note,
        }
    }
}

impl Store for NaiveStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        if self.has(Fault::LosesItsConnection) {
            if self.is_connected_elsewhere.swap(true, Ordering::SeqCst) {
                return Err(StoreError::new("no connection"));
            }
            yield_now().await;
            self.is_connected_elsewhere.store(false, Ordering::SeqCst);
        }
        if self.has(Fault::LooksThenSets) {
            let looked = self.look(&self.events.lock().unwrap(), lease, length);
            yield_now().await;
            return Ok(self.settle(&mut self.events.lock().unwrap(), lease, looked));
        }
        let mut events = self.events.lock().unwrap();
        let looked = self.look(&events, lease, length);
        Ok(self.settle(&mut events, lease, looked))
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        let mut events = self.events.lock().unwrap();
        let mut end = self.end(ttl);
        match self.known(&events, lease.key()) {
            Some(known) => {
                let was_its = self.has(Fault::NeverFences) && known.former == Some(lease.token());
                let is_its = known.token == Some(lease.token());
                if !is_its && !was_its && !self.has(Fault::AnyoneCompletes) {
                    return Ok(Settled::LeaseLost);
                }
                if self.has(Fault::DoneForTheLease) {
                    end = known.end;
                }
            }
            None if self.has(Fault::ForgetsLateWork) => return Ok(Settled::LeaseLost),
            None => {}
        }
        let note = self.note(note);
        self.set(&mut events, lease, Entry { token: None, former: None, end, note });
        Ok(Settled::Applied)
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let mut events = self.events.lock().unwrap();
        if let Some(known) = self.known(&events, lease.key()) {
            let may = match known.token {
                Some(token) => token == lease.token() || self.has(Fault::AnyoneReleases),
                None => self.has(Fault::ReleasesDone),
            };
            if !may {
                return Ok(Settled::LeaseLost);
            }
        }
        events.remove(&self.key(lease.key()));
        Ok(Settled::Applied)
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        let mut events = self.events.lock().unwrap();
        let known = match self.fault {
            Some(Fault::ForgetsNothing) => None,
            Some(Fault::ForgetsWhatIsOver) => events.get(&self.key(key)).cloned(),
            _ => self.known(&events, key),
        };
        let is_done = known.is_some_and(|known| known.token.is_none());
        if self.has(Fault::ForgetsAll) && is_done {
            events.clear();
        }
        if is_done || self.has(Fault::ForgetsClaims) {
            events.remove(&self.key(key));
        }
        Ok(is_done)
    }
}
