//! The rows of the inbox in memory.

use std::{
    collections::BTreeMap,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    super::super::{EndedAttempt, Entry, Held, RowId, State, Stats, StoredRequest, Taken, Wanted},
    fault::Fault,
};
use crate::idempotency::IdempotencyKey;

#[derive(Default)]
pub(super) struct Rows {
    pub(super) fault: Option<Fault>,
    pub(super) rows: BTreeMap<RowId, Kept>,
    /// The number of rows that were removed, and the last receipt, by endpoint and hour of receipt.
    pub(super) removed: BTreeMap<(String, u64), (u64, SystemTime)>,
    newest: i64,
}

pub(super) struct Kept {
    pub(super) entry: Entry,
    pub(super) state: State,
    pub(super) held: Option<Held>,
    /// The time of the next attempt, or the end of the lease. `None` means never.
    pub(super) due: Option<Instant>,
    pub(super) changed: Instant,
    pub(super) attempts: u32,
    /// True if the attempt that holds the row was counted.
    pub(super) is_counted: bool,
    pub(super) began_at: SystemTime,
    pub(super) ended: Vec<EndedAttempt>,
    /// The reason of the operator who marked it as done.
    pub(super) operator_reason: Option<String>,
}

impl Kept {
    /// Returns true if the row is waiting or running.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Waiting | State::Running)
    }

    pub(super) fn is_due(&self, now: Instant) -> bool {
        self.is_open() && self.due.is_some_and(|due| due <= now)
    }

    pub(super) fn take(
        &mut self,
        id: RowId,
        now: Instant,
        end: Option<Instant>,
        attempts: u32,
        fault: Option<Fault>,
    ) -> Taken {
        let is_recorded = self.ended.last().is_some_and(|last| last.number == self.attempts)
            || fault == Some(Fault::ForgetsVanished);
        if self.state == State::Running && !is_recorded {
            let (number, began_at) = (self.attempts, self.began_at);
            self.ended.push(EndedAttempt { number, began_at, ended_at: None, reason: None });
        }
        let is_exhausted = match fault {
            Some(Fault::OneAttemptMore) => self.attempts > attempts,
            _ => self.attempts >= attempts,
        };
        self.is_counted = match fault {
            Some(Fault::CountsFailures) => false,
            Some(Fault::CountsExhausted) => true,
            _ => !is_exhausted,
        };
        self.attempts += u32::from(self.is_counted);
        let late = self.due.map(|due| now - due).filter(|_| fault != Some(Fault::NeverLate));
        let held = Held::new(id);
        (self.state, self.held, self.due) = (State::Running, Some(held.clone()), end);
        self.changed = now;
        let version = self.entry.version().filter(|_| fault != Some(Fault::ForgetsVersion));
        Taken {
            held,
            number: self.attempts + u32::from(fault == Some(Fault::CountsFailures)),
            is_exhausted,
            object: self.entry.object().map(|object| (object.into(), version)),
            late: late.unwrap_or_default(),
            request: request(self.entry.request(), fault),
        }
    }
}

impl Rows {
    /// Removes a row, and goes on counting it.
    pub(super) fn remove(&mut self, id: RowId) {
        if let Some(kept) = self.rows.remove(&id) {
            self.count_removed(&kept.entry);
        }
    }

    pub(super) fn count_removed(&mut self, entry: &Entry) {
        let received_at = entry.received_at();
        let hour = received_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / 3600;
        let hour = self.removed.entry((entry.endpoint().to_owned(), hour));
        let (number, last) = hour.or_insert((0, received_at));
        (*number, *last) = (*number + 1, received_at.max(*last));
    }

    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }

    /// Finds the row with the entry's key.
    pub(super) fn find(&self, entry: &Entry) -> Option<RowId> {
        let is_kept = |row: &Kept| match self.fault {
            Some(Fault::ForgetsDone) if row.state == State::Done => false,
            Some(Fault::ForgetsDead) if row.state == State::Dead => false,
            Some(Fault::KeysIgnoreCase) => {
                let lower = |key: &IdempotencyKey| key.as_str().to_lowercase();
                row.entry.key().map(lower) == entry.key().map(lower)
            }
            _ => row.entry.key() == entry.key(),
        };
        let mut rows = self.rows.iter();
        let kept = rows.find(|(_, row)| is_kept(row)).map(|(id, _)| *id);
        kept.filter(|_| entry.key().is_some() || self.has(Fault::NoKeyIsAKey))
    }

    pub(super) fn insert(&mut self, entry: &Entry, now: Instant, time: SystemTime) -> RowId {
        self.newest += 1;
        let row = Kept {
            entry: entry.clone(),
            state: State::Waiting,
            held: None,
            due: Some(now),
            changed: now,
            attempts: 0,
            is_counted: false,
            began_at: time,
            ended: Vec::new(),
            operator_reason: None,
        };
        self.rows.insert(RowId(self.newest), row);
        RowId(self.newest)
    }

    /// Returns the rows that are taken, the longest due first.
    pub(super) fn due(&self, wanted: &Wanted, now: Instant) -> Vec<RowId> {
        let names = if self.has(Fault::TakesOneEndpointOnly) { 1 } else { usize::MAX };
        let is_wanted = |row: &Kept| {
            let mut endpoints = wanted.endpoints.iter().take(names);
            endpoints.any(|name| name == row.entry.endpoint()) || self.has(Fault::IgnoresEndpoints)
        };
        let due = self.rows.iter().filter(|(_, row)| row.is_due(now) && is_wanted(row));
        let mut due: Vec<_> = due.map(|(id, row)| (row.due, *id)).collect();
        due.sort_unstable_by_key(|(due, id)| match self.fault {
            Some(Fault::TakesNewestFirst) => (None, RowId(-id.0)),
            Some(Fault::TakesInOrderOfNumbers) => (None, *id),
            _ => (*due, *id),
        });
        if self.has(Fault::LimitsThenFilters) {
            due.truncate(wanted.most);
        }
        let mut due: Vec<_> = due.into_iter().map(|(_, id)| id).collect();
        due.retain(|id| !self.is_held_back(*id));
        if !self.has(Fault::IgnoresMost) {
            due.truncate(wanted.most);
        }
        due
    }

    /// Returns true if an earlier delivery about the object is waiting or running.
    fn is_held_back(&self, id: RowId) -> bool {
        let entry = &self.rows[&id].entry;
        let holds_back = |row: &Kept| match self.fault {
            Some(Fault::KeepsNoOrder) => false,
            Some(Fault::OnlyRunningHoldsBack) => row.state == State::Running,
            Some(Fault::DeadHoldsBack) => row.is_open() || row.state == State::Dead,
            _ => row.is_open(),
        };
        (entry.object().is_some() || self.has(Fault::NoObjectIsAnObject))
            && self.rows.range(..id).any(|(_, row)| {
                holds_back(row)
                    && row.entry.object() == entry.object()
                    && (row.entry.endpoint() == entry.endpoint()
                        || self.has(Fault::HoldsBackOtherEndpoints))
            })
    }

    pub(super) fn stats(&self, now: Instant) -> Vec<Stats> {
        let mut endpoints: BTreeMap<&str, Stats> = BTreeMap::new();
        for row in self.rows.values() {
            let endpoint = match self.fault {
                Some(Fault::CountsEndpointsTogether) => "conformance",
                _ => row.entry.endpoint(),
            };
            let stats = endpoints.entry(endpoint).or_insert_with(|| Stats::of(endpoint));
            match row.state {
                State::Waiting if row.is_due(now) => {
                    stats.ready += 1;
                    let late = row.due.map(|due| now - due);
                    let least = late.min(stats.oldest_ready.or(late));
                    let most = late.max(stats.oldest_ready);
                    stats.oldest_ready = if self.has(Fault::OldestIsNewest) { least } else { most };
                }
                State::Waiting => stats.waiting += 1,
                State::Running => stats.running += 1,
                State::Dead => stats.dead += 1,
                State::Done | State::Discarded => {
                    stats.dead += u64::from(self.has(Fault::CountsDone));
                }
            }
        }
        endpoints.into_values().collect()
    }
}

/// Returns the request as JSON.
fn request(request: &StoredRequest, fault: Option<Fault>) -> Bytes {
    let text = request.to_json();
    let mut json: Value = match fault {
        Some(Fault::BodyIsText | Fault::ForgetsContentType) => {
            serde_json::from_slice(&text).unwrap()
        }
        _ => return text.into(),
    };
    match fault {
        Some(Fault::BodyIsText) => {
            json["delivery"]["body"] = json!({ "text": String::from_utf8_lossy(request.body()) });
        }
        _ => json["content_type"] = Value::Null,
    }
    json.to_string().into()
}
