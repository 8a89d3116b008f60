//! Rows in lists.

use std::time::{Duration, Instant, SystemTime};

use super::{
    super::{
        super::{Entry, Filter, InboxHistory, State},
        samples::{entry, entry_with},
        trial::{LONG, Outcome, REASON, Trial, wanted},
    },
    UNKNOWN,
};

pub(in super::super) async fn described<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let before = Instant::now();
    let plain = entry("plain")?;
    let rich = entry_with("rich", &[("tenant", "acme"), ("type", "\u{1f980}.made")])?;
    trial.is_new(&plain, "not accepted before").await?;
    trial.is_new(&rich, "not accepted before").await?;
    let when = "accepted";
    let plain_due = is_described(&trial, &plain, State::Waiting, 0, None, when).await?;
    is_described(&trial, &rich, State::Waiting, 0, None, when).await?;

    let [held, _] = trial.takes(&wanted(LONG), ["plain", "rich"], "accepted").await?;
    is_described(&trial, &plain, State::Running, 1, None, "taken").await?;
    trial.fails(&held.held, LONG, "held").await?;
    let when = "it failed";
    let retry_due = is_described(&trial, &plain, State::Waiting, 1, Some(REASON), when).await?;
    let (Some(plain_due), Some(retry_due)) = (plain_due, retry_due) else {
        return Err("a row that waits has no `due_at`".to_owned());
    };
    let delay = retry_due.duration_since(plain_due).unwrap_or_default();
    if delay + ROUNDING < LONG || delay > LONG + before.elapsed() + ROUNDING {
        return Err(format!("a retry after {LONG:?} has a `due_at` that is {delay:?} later"));
    }

    let dead = trial.holds("dead", LONG).await?;
    trial.buries(&dead, "held").await?;
    is_described(&trial, &entry("dead")?, State::Dead, 1, Some(REASON), "buried")
        .await
        .map(drop)?;
    let done = trial.holds("done", LONG).await?;
    trial.fails(&done, Duration::ZERO, "held").await?;
    let [done] = trial.takes(&wanted(LONG), ["done"], "the retry is due").await?;
    trial.finishes(&done.held, "held").await?;
    is_described(&trial, &entry("done")?, State::Done, 2, Some(REASON), "done").await.map(drop)?;
    trial.has_no_row(UNKNOWN, "there is no such row").await
}

/// Finds the row of an entry, compares all that an entry says about it, and returns the time at
/// which it is due.
async fn is_described<S: InboxHistory>(
    trial: &Trial<S>,
    entry: &Entry,
    state: State,
    attempts: u32,
    reason: Option<&str>,
    when: &str,
) -> Outcome<Option<SystemTime>> {
    let filter =
        Filter { event_id: entry.event_id().map(str::to_owned), ..Filter::new().state(state) };
    let rows = trial.list(&filter).await?;
    let [row] = &rows[..] else {
        return Err(format!("{when}: {} rows fit the state and the id", rows.len()));
    };
    let details = trial.get(row.id, when).await?;
    if details.row != *row {
        return Err(format!("{when}: list has {row:?}, and get has {:?}", details.row));
    }
    let kept = (&*row.endpoint, &*row.provider, row.tenant.as_deref(), row.event_type.as_deref());
    let given = (entry.endpoint(), entry.provider(), entry.tenant(), entry.event_type());
    if kept != given {
        return Err(format!("{when}: the row has {kept:?}, and the delivery has {given:?}"));
    }
    let kept = (row.state, row.attempts, row.last_reason.as_deref());
    if kept != (state, attempts, reason) {
        let expected = (state, attempts, reason);
        return Err(format!("{when}: the row has {kept:?}; expected: {expected:?}"));
    }
    Ok(row.due_at)
}

/// Times may differ by this much.
const ROUNDING: Duration = Duration::from_secs(1);
