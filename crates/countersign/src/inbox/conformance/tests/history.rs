//! The history of the inbox in memory.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime},
};

use bytes::Bytes;

use super::{
    super::super::{Activity, Details, Filter, InboxHistory, Row, RowId, State, StoreError},
    fault::Fault,
    memory::MemoryInbox,
    rows::Kept,
};

impl MemoryInbox {
    fn row(&self, id: RowId, kept: &Kept) -> Row {
        let (entry, text) = (&kept.entry, |text: &str| text.to_owned());
        Row {
            id,
            state: kept.state,
            endpoint: text(entry.endpoint()),
            provider: text(entry.provider()),
            tenant: entry.tenant().map(text),
            event_type: entry.event_type().map(text),
            event_id: entry.event_id().map(text),
            attempts: kept.attempts,
            received_at: entry.received_at(),
            due_at: kept
                .due
                .filter(|_| kept.state == State::Waiting)
                .map(|due| self.start.time_at(due)),
            last_reason: kept
                .operator_reason
                .clone()
                .or_else(|| kept.ended.iter().rev().find_map(|attempt| attempt.reason.clone())),
        }
    }
}

fn fits(filter: &Filter, row: &Row, fault: Option<Fault>) -> bool {
    let fits = |wanted: &Option<String>, value: Option<&String>| match (wanted, value) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wanted), Some(value)) => match fault {
            Some(Fault::FiltersByPrefix) => value.starts_with(wanted),
            Some(Fault::FiltersIgnoreCase) => value.eq_ignore_ascii_case(wanted),
            _ => value == wanted,
        },
    };
    let ignores_times = fault == Some(Fault::FiltersIgnoreTimes);
    filter.state.is_none_or(|state| state == row.state)
        && (ignores_times || filter.received_since.is_none_or(|since| row.received_at >= since))
        && (ignores_times || filter.received_before.is_none_or(|before| row.received_at < before))
        && filter.before.is_none_or(|before| {
            row.id < before || row.id == before && fault == Some(Fault::PagesOverlap)
        })
        && filter.after.is_none_or(|after| row.id > after || fault == Some(Fault::IgnoresAfter))
        && fits(&filter.endpoint, Some(&row.endpoint))
        && fits(&filter.provider, Some(&row.provider))
        && fits(&filter.tenant, row.tenant.as_ref())
        && fits(&filter.event_type, row.event_type.as_ref())
        && fits(&filter.event_id, row.event_id.as_ref())
}

impl InboxHistory for MemoryInbox {
    async fn list(&self, filter: &Filter) -> Result<Vec<Row>, StoreError> {
        let most = if filter.most == 0 { 100 } else { filter.most };
        let rows = self.lock();
        let rows = rows.rows.iter().rev().map(|(id, kept)| self.row(*id, kept));
        let mut rows: Vec<_> =
            rows.filter(|row| fits(filter, row, self.fault)).take(most).collect();
        if self.has(Fault::ListsOldestFirst) {
            rows.reverse();
        }
        Ok(rows)
    }

    async fn get(&self, id: RowId) -> Result<Option<Details>, StoreError> {
        Ok(self.lock().rows.get(&id).map(|kept| Details {
            row: self.row(id, kept),
            request: Some(Bytes::from(kept.entry.request().to_json())),
            attempts: kept.ended.clone(),
        }))
    }

    async fn replay(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let may =
            |kept: &&mut Kept| kept.state != State::Running || self.has(Fault::ReplaysRunning);
        let Some(kept) = rows.rows.get_mut(&id).filter(may) else {
            return Ok(false);
        };
        if !(self.has(Fault::ReplayKeepsDelay) && kept.state == State::Waiting) {
            kept.due = Some(now);
        }
        (kept.state, kept.changed) = (State::Waiting, now);
        if !self.has(Fault::ReplayKeepsAttempts) {
            kept.attempts = 0;
        }
        drop(rows);
        self.notify();
        Ok(true)
    }

    async fn retry(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let may = |kept: &&mut Kept| {
            kept.state == State::Waiting
                || self.has(Fault::RetriesDead) && kept.state == State::Dead
        };
        let Some(kept) = rows.rows.get_mut(&id).filter(may) else {
            return Ok(false);
        };
        if !self.has(Fault::RetryKeepsDelay) {
            kept.due = kept.due.min(Some(now)).or(Some(now));
        }
        kept.state = State::Waiting;
        if self.has(Fault::RetryCountsAgain) {
            kept.attempts = 0;
        }
        drop(rows);
        self.notify();
        Ok(true)
    }

    async fn discard(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let may = |kept: &&mut Kept| {
            matches!(kept.state, State::Waiting | State::Dead)
                || self.has(Fault::DiscardsDone) && kept.state == State::Done
        };
        let Some(kept) = rows.rows.get_mut(&id).filter(may) else {
            return Ok(false);
        };
        if self.has(Fault::DiscardRemoves) {
            return Ok(rows.rows.remove(&id).is_some());
        }
        (kept.state, kept.due, kept.changed) = (State::Discarded, None, now);
        drop(rows);
        self.notify();
        Ok(true)
    }

    async fn mark_done(&self, id: RowId, reason: &str) -> Result<bool, StoreError> {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let may = |kept: &&mut Kept| {
            matches!(kept.state, State::Waiting | State::Dead)
                || self.has(Fault::MarksDiscarded) && kept.state == State::Discarded
        };
        let Some(kept) = rows.rows.get_mut(&id).filter(may) else {
            return Ok(false);
        };
        (kept.state, kept.due, kept.changed) = (State::Done, None, now);
        kept.operator_reason = (!self.has(Fault::MarksWithoutReason)).then(|| reason.to_owned());
        drop(rows);
        self.notify();
        Ok(true)
    }

    async fn activity(
        &self,
        since: SystemTime,
        width: Duration,
    ) -> Result<Vec<Activity>, StoreError> {
        let rows = self.lock();
        let kept = rows.rows.values().map(|kept| {
            let dead = u64::from(kept.state == State::Dead);
            (kept.entry.endpoint(), kept.entry.received_at(), 1, dead)
        });
        let removed = rows.removed.iter();
        let removed =
            removed.map(|((endpoint, _), (number, last))| (&**endpoint, *last, *number, 0));
        let forgets = self.has(Fault::ActivityForgetsRemoved);
        let removed = removed.filter(|_| !forgets);
        let mut counted = BTreeMap::new();
        for (endpoint, received_at, accepted, dead) in kept.chain(removed) {
            let Ok(passed) = received_at.duration_since(since) else {
                continue;
            };
            let interval = passed.as_millis() / width.as_millis().max(1);
            let interval = u64::try_from(interval).unwrap_or(u64::MAX);
            let endpoint = match self.fault {
                Some(Fault::ActivityMixesEndpoints) => "all",
                _ => endpoint,
            };
            let activity = counted.entry((endpoint.to_owned(), interval));
            let activity = activity.or_insert_with(|| Activity {
                endpoint: endpoint.to_owned(),
                interval,
                accepted: 0,
                dead: 0,
                last_received_at: received_at,
            });
            activity.accepted += accepted;
            activity.dead += dead;
            activity.last_received_at = activity.last_received_at.max(received_at);
        }
        Ok(counted.into_values().collect())
    }

    async fn prunable(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let (now, rows) = (self.clock.now(), self.lock());
        let is_old = |kept: &&Kept| {
            let may = match kept.state {
                State::Done | State::Discarded => true,
                State::Dead => self.has(Fault::PreviewHasDead),
                _ => false,
            };
            may && now - kept.changed >= age
        };
        Ok(rows.rows.values().filter(is_old).take(most).count())
    }

    async fn prune(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let (now, mut rows) = (self.clock.now(), self.lock());
        let is_old = |kept: &Kept| {
            let may = match kept.state {
                State::Done | State::Discarded => true,
                State::Dead => self.has(Fault::PrunesDead),
                _ => false,
            };
            may && (now - kept.changed >= age || self.has(Fault::PrunesYoung))
        };
        let old = rows.rows.iter().filter(|(_, kept)| is_old(kept)).map(|(id, _)| *id);
        let most = if self.has(Fault::PrunesAll) { usize::MAX } else { most };
        let mut old: Vec<_> = old.collect();
        if self.has(Fault::ActivityCountsTwice) {
            for id in old.iter().skip(most) {
                let entry = rows.rows[id].entry.clone();
                rows.count_removed(&entry);
            }
        }
        old.truncate(most);
        old.iter().for_each(|id| rows.remove(*id));
        Ok(old.len())
    }
}
