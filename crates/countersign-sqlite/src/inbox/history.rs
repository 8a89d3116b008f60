//! The work of operators.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use countersign::inbox::{Activity, Details, Filter, InboxHistory, Row, RowId, StoreError};
use rusqlite::params;

use super::{SqliteInbox, activity, list, objects::RowObject, prune};
use crate::{engine::Statements, time::milliseconds};

impl InboxHistory for SqliteInbox {
    async fn list(&self, filter: &Filter) -> Result<Vec<Row>, StoreError> {
        let filter = filter.clone();
        self.reader().ask(move |statements| list::list(statements, &filter), |_| {}).await
    }

    async fn get(&self, id: RowId) -> Result<Option<Details>, StoreError> {
        self.reader().ask(move |statements| list::get(statements, id), |_| {}).await
    }

    async fn replay(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, alarm) = (self.now(), Arc::clone(self.alarm()));
        let replay = move |statements: &mut Statements<'_>| {
            let replayed = statements.row(REPLAY, params![id.0, now], RowObject::read)?;
            if let Some(Some(object)) = &replayed {
                object.line_up(statements, id.0)?;
            }
            Ok(replayed.is_some())
        };
        let ring = move |is_replayed: &bool| {
            if *is_replayed {
                alarm.ring_at(now);
            }
        };
        self.writer().run(replay, ring).await
    }

    async fn retry(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, alarm) = (self.now(), Arc::clone(self.alarm()));
        let retry = move |statements: &mut Statements<'_>| {
            Ok(statements.execute(RETRY, params![id.0, now])? > 0)
        };
        let ring = move |is_retried: &bool| {
            if *is_retried {
                alarm.ring_at(now);
            }
        };
        self.writer().run(retry, ring).await
    }

    async fn discard(&self, id: RowId) -> Result<bool, StoreError> {
        let (now, alarm) = (self.now(), Arc::clone(self.alarm()));
        let discard = move |statements: &mut Statements<'_>| {
            let discarded = statements.row(DISCARD, params![id.0, now], RowObject::read)?;
            let next_due_at = match &discarded {
                Some(Some(object)) => object.let_next(statements)?,
                _ => None,
            };
            Ok((discarded.is_some(), next_due_at))
        };
        let ring = move |(_, next_due_at): &(bool, Option<i64>)| {
            if let Some(due_at) = *next_due_at {
                alarm.ring_at(due_at);
            }
        };
        Ok(self.writer().run(discard, ring).await?.0)
    }

    async fn mark_done(&self, id: RowId, reason: &str) -> Result<bool, StoreError> {
        let (now, alarm) = (self.now(), Arc::clone(self.alarm()));
        let reason = reason.to_owned();
        let mark = move |statements: &mut Statements<'_>| {
            let marked = statements.row(MARK_DONE, params![id.0, now, reason], RowObject::read)?;
            let next_due_at = match &marked {
                Some(Some(object)) => object.let_next(statements)?,
                _ => None,
            };
            Ok((marked.is_some(), next_due_at))
        };
        let ring = move |(_, next_due_at): &(bool, Option<i64>)| {
            if let Some(due_at) = *next_due_at {
                alarm.ring_at(due_at);
            }
        };
        Ok(self.writer().run(mark, ring).await?.0)
    }

    async fn activity(
        &self,
        since: SystemTime,
        width: Duration,
    ) -> Result<Vec<Activity>, StoreError> {
        let (since, width) = (list::rounded_up(since), milliseconds(width).max(1));
        self.reader().ask(move |statements| activity::count(statements, since, width), |_| {}).await
    }

    async fn prunable(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let cutoff = self.now().saturating_sub(milliseconds(age));
        self.reader().ask(move |statements| prune::count(statements, cutoff, most), |_| {}).await
    }

    async fn prune(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let now = self.now();
        let cutoff = now.saturating_sub(milliseconds(age));
        let prune =
            move |statements: &mut Statements<'_>| prune::prune(statements, now, cutoff, most);
        self.writer().run(prune, |_| {}).await
    }
}

const REPLAY: &str = "\
update countersign_inbox set state = 'waiting', attempts = 0, due_at = ?2, ended_at = null
where id = ?1 and state <> 'running'
    and exists (select 1 from countersign_inbox_requests where id = ?1)
returning endpoint, object";

/// A row that is due for a while keeps its place.
const RETRY: &str = "\
update countersign_inbox set due_at = min(due_at, ?2) where id = ?1 and state = 'waiting'";

const DISCARD: &str = "\
update countersign_inbox set state = 'discarded', due_at = null, ended_at = ?2
where id = ?1 and state in ('waiting', 'dead')
returning endpoint, object";

const MARK_DONE: &str = "\
update countersign_inbox set state = 'done', due_at = null, ended_at = ?2, last_reason = ?3
where id = ?1 and state in ('waiting', 'dead')
returning endpoint, object";
