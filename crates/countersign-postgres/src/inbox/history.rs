//! The work of operators.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use countersign::inbox::{
    Activity, Details, EndedAttempt, Filter, InboxHistory, Row, RowId, StoreError,
};
use tokio_postgres::{Error, types::Type};

use super::{
    PostgresInbox, activity,
    list::{list, row, since_1970},
    objects::{BEGIN, LET_NEXT, LINE_UP, LOCK_OF_ROW},
    prune::{prunable, prune},
    text::clean,
};
use crate::connection::Parameter;

impl InboxHistory for PostgresInbox {
    async fn list(&self, filter: &Filter) -> Result<Vec<Row>, StoreError> {
        let lent = self.lend().await?;
        let answer = list(&lent, filter).await;
        lent.done(answer)
    }

    async fn get(&self, id: RowId) -> Result<Option<Details>, StoreError> {
        let lent = self.lend().await?;
        let answer = async {
            let row = lent.row(GET, &[(&id.0, Type::INT8)]).await?;
            row.as_ref().map(details).transpose()
        };
        let answer = answer.await;
        lent.done(answer)
    }

    async fn replay(&self, id: RowId) -> Result<bool, StoreError> {
        let is_replayed = self.change(id, REPLAY, &[(&id.0, Type::INT8)], LINE_UP).await?;
        if is_replayed {
            self.announce();
        }
        Ok(is_replayed)
    }

    async fn retry(&self, id: RowId) -> Result<bool, StoreError> {
        let lent = self.lend().await?;
        let answer = lent.count(RETRY, &[(&id.0, Type::INT8)]).await;
        let is_retried = lent.done(answer)? > 0;
        if is_retried {
            self.announce();
        }
        Ok(is_retried)
    }

    async fn discard(&self, id: RowId) -> Result<bool, StoreError> {
        let is_discarded = self.change(id, DISCARD, &[(&id.0, Type::INT8)], LET_NEXT).await?;
        if is_discarded {
            // The next delivery of its object may be due.
            self.announce();
        }
        Ok(is_discarded)
    }

    async fn mark_done(&self, id: RowId, reason: &str) -> Result<bool, StoreError> {
        let reason = clean(reason);
        let parameters: [Parameter<'_>; 2] = [(&id.0, Type::INT8), (&&*reason, Type::TEXT)];
        let is_marked = self.change(id, MARK_DONE, &parameters, LET_NEXT).await?;
        if is_marked {
            // The next delivery of its object may be due.
            self.announce();
        }
        Ok(is_marked)
    }

    async fn activity(
        &self,
        since: SystemTime,
        width: Duration,
    ) -> Result<Vec<Activity>, StoreError> {
        let lent = self.lend().await?;
        let answer = activity::count(&lent, since_1970(since), width).await;
        lent.done(answer)
    }

    async fn prunable(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let lent = self.lend().await?;
        let answer = prunable(&lent, age, most).await;
        lent.done(answer)
    }

    async fn prune(&self, age: Duration, most: usize) -> Result<usize, StoreError> {
        let lent = self.lend().await?;
        let answer = prune(&lent, age, most).await;
        lent.done(answer)
    }
}

impl PostgresInbox {
    /// Changes a row, and then the order of its object. Returns false if the row was not changed.
    async fn change(
        &self,
        id: RowId,
        statement: &str,
        parameters: &[Parameter<'_>],
        order: &str,
    ) -> Result<bool, StoreError> {
        let lent = self.lend().await?;
        let row: [Parameter<'_>; 1] = [(&id.0, Type::INT8)];
        // Sent one after the other, without waiting for the answers, and so not prepared.
        let (begun, locked, changed, ordered, committed) = tokio::join! {
            biased;
            lent.batch_execute(BEGIN),
            lent.query_typed(LOCK_OF_ROW, &row),
            lent.execute_typed(statement, parameters),
            lent.execute_typed(order, &row),
            lent.batch_execute("commit"),
        };
        let all = begun.and(locked.map(drop)).and(ordered).and(committed);
        let answer = changed.and_then(|changed| all.map(|()| changed > 0));
        lent.done(answer)
    }
}

fn details(found: &tokio_postgres::Row) -> Result<Details, Error> {
    let request: Option<&[u8]> = found.try_get("request")?;
    Ok(Details {
        row: row(found)?,
        request: request.map(Bytes::copy_from_slice),
        attempts: attempts(found.try_get("attempts_log")?),
    })
}

/// Reads the entries `[number, began at, ended at, reason]`. Entries of another form, which were
/// written by hand, are left out.
fn attempts(log: &str) -> Vec<EndedAttempt> {
    type Entry = (u32, i64, Option<i64>, Option<String>);
    let entries: Vec<serde_json::Value> = serde_json::from_str(log).unwrap_or_default();
    let entries = entries.into_iter().filter_map(|entry| serde_json::from_value(entry).ok());
    entries
        .map(|(number, began_at, ended_at, reason): Entry| EndedAttempt {
            number,
            began_at: time(began_at),
            ended_at: ended_at.map(time),
            reason,
        })
        .collect()
}

fn time(milliseconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(milliseconds.try_into().unwrap_or_default())
}

const GET: &str = "\
select row.id, state, endpoint, provider, tenant, event_type, event_id, attempts, received_at, due_at,
    last_reason, attempts_log::text as attempts_log, request
from countersign_inbox as row
left join countersign_inbox_requests as requests on requests.id = row.id
where row.id = $1";

const REPLAY: &str = "\
update countersign_inbox set
    state = 'waiting', attempts = 0, due_at = clock_timestamp(), ended_at = null
where id = $1 and state <> 'running'
    and exists (select from countersign_inbox_requests where id = $1)";

/// A row that is due for a while keeps its place.
const RETRY: &str = "\
update countersign_inbox set due_at = least(due_at, clock_timestamp())
where id = $1 and state = 'waiting'";

const DISCARD: &str = "\
update countersign_inbox set state = 'discarded', due_at = null, ended_at = clock_timestamp()
where id = $1 and state in ('waiting', 'dead')";

const MARK_DONE: &str = "\
update countersign_inbox set
    state = 'done', due_at = null, ended_at = clock_timestamp(), last_reason = $2
where id = $1 and state in ('waiting', 'dead')";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_attempts_and_leaves_out_what_is_none() {
        let log = r#"[[1,5,null,null],"nonsense",[2,6,7,"a \n b"]]"#;
        let attempt = |number, began_at, ended_at: Option<i64>, reason: Option<&str>| {
            let (began_at, ended_at) = (time(began_at), ended_at.map(time));
            EndedAttempt { number, began_at, ended_at, reason: reason.map(str::to_owned) }
        };
        assert_eq!(
            attempts(log),
            [attempt(1, 5, None, None), attempt(2, 6, Some(7), Some("a \n b"))]
        );
        assert_eq!(attempts("nonsense"), []);
    }
}
