//! Single rows, with their requests and their attempts.

use std::time::{Duration, SystemTime};

use super::super::{
    super::{EndedAttempt, Entry, InboxHistory, RowId, StoredRequest},
    samples::entry,
    trial::{LONG, Outcome, REASON, SHORT, Trial, wanted},
};

pub(in super::super) async fn ended<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let entry = entry("event")?;
    trial.is_new(&entry, "not accepted before").await?;
    let [first] = trial.takes(&wanted(LONG), ["event"], "accepted").await?;
    let id = first.held.id();
    has_request(&trial, id, &entry).await?;
    has_attempts(&trial, id, &[], "the first attempt is running").await?;
    trial.fails(&first.held, Duration::ZERO, "held").await?;
    has_attempts(&trial, id, &[End::Failed], "the first attempt failed").await?;
    trial.takes(&wanted(SHORT), ["event"], "the retry is due").await?;
    let third = trial.comes(&wanted(LONG), "event", "its lease runs out").await?;
    let when = "the first attempt failed, the second vanished, and the third is running";
    has_attempts(&trial, id, &[End::Failed, End::Vanished], when).await?;
    trial.finishes(&third.held, "held").await?;
    let when = "the first attempt failed, the second vanished, and the third has finished";
    has_attempts(&trial, id, &[End::Failed, End::Vanished, End::Finished], when).await?;
    has_request(&trial, id, &entry).await?;

    let dead = trial.holds("dead", LONG).await?;
    trial.buries(&dead, "held").await?;
    has_attempts(&trial, dead.id(), &[End::Failed], "the only attempt buried the delivery").await
}

async fn has_attempts<S: InboxHistory>(
    trial: &Trial<S>,
    id: RowId,
    expected: &[End],
    when: &str,
) -> Outcome {
    let attempts = trial.get(id, when).await?.attempts;
    let numbers: Vec<_> = attempts.iter().map(|attempt| attempt.number).collect();
    let ends: Vec<_> = attempts.iter().map(end).collect();
    if ends != expected || !(1..).zip(&numbers).all(|(number, seen)| number == *seen) {
        return Err(format!("{when}: the attempts {numbers:?} are {ends:?}, not {expected:?}"));
    }
    let times = attempts.iter().flat_map(|attempt| [Some(attempt.began_at), attempt.ended_at]);
    let times: Vec<SystemTime> = times.flatten().collect();
    if !times.is_sorted() {
        return Err(format!("{when}: the times of the attempts are not in order: {attempts:?}"));
    }
    Ok(())
}

/// The end of an attempt.
#[derive(Debug, PartialEq)]
enum End {
    Failed,
    Vanished,
    Finished,
    OtherReason(String),
}

fn end(attempt: &EndedAttempt) -> End {
    match (attempt.ended_at, attempt.reason.as_deref()) {
        (None, _) => End::Vanished,
        (Some(_), None) => End::Finished,
        (Some(_), Some(REASON)) => End::Failed,
        (Some(_), Some(reason)) => End::OtherReason(reason.to_owned()),
    }
}

/// Checks the request and the time of receipt of a row.
async fn has_request<S: InboxHistory>(trial: &Trial<S>, id: RowId, entry: &Entry) -> Outcome {
    let details = trial.get(id, "accepted").await?;
    let Some(json) = &details.request else {
        return Err("the request of a new row was forgotten".to_owned());
    };
    let request = StoredRequest::from_json(json).map_err(|error| error.to_string())?;
    if request != *entry.request() {
        return Err("the request of the row differs from the one that was accepted".to_owned());
    }
    if details.row.received_at != entry.received_at() {
        let (kept, given) = (details.row.received_at, entry.received_at());
        return Err(format!("the row was received at {kept:?}, and its delivery at {given:?}"));
    }
    Ok(())
}
