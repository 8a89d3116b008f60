//! Rows that are counted.

use std::time::{Duration, SystemTime};

use super::super::{
    super::InboxHistory,
    samples::{ENDPOINT, OTHER, entry, entry_at},
    trial::{LONG, Outcome, Trial, failed},
};

pub(in super::super) async fn counted<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let began_at = SystemTime::now();
    let dead = trial.holds("dead", LONG).await?;
    trial.buries(&dead, "held").await?;
    trial.is_new(&entry("waiting")?, "not accepted before").await?;
    trial.is_new(&entry_at(OTHER, "other")?, "not accepted before").await?;
    trial.is_duplicate(&entry("waiting")?, "accepted before").await?;

    // One interval before the deliveries, and one with all of them.
    let since = began_at.checked_sub(HOUR + MARGIN).unwrap_or(began_at);
    let seen = trial.store.activity(since, HOUR).await;
    let seen = seen.map_err(|error| failed("activity", &error))?;
    let mut counts: Vec<_> =
        seen.iter().map(|one| (&*one.endpoint, one.interval, one.accepted, one.dead)).collect();
    counts.sort_unstable();
    if counts != [(ENDPOINT, 1, 2, 1), (OTHER, 1, 1, 0)] {
        return Err(format!("two deliveries of one endpoint, one of another one: {seen:?}"));
    }
    let is_now = |time: SystemTime| time + ROUNDING >= began_at && time <= SystemTime::now();
    if !seen.iter().all(|one| is_now(one.last_received_at)) {
        return Err(format!("the time of the last receipt is wrong: {seen:?}"));
    }
    for (since, width) in [(SystemTime::now() + HOUR, HOUR), (began_at + HOUR, Duration::ZERO)] {
        let seen = trial.store.activity(since, width).await;
        let seen = seen.map_err(|error| failed("activity", &error))?;
        if !seen.is_empty() {
            return Err(format!("deliveries of the next hour: {seen:?}"));
        }
    }
    Ok(())
}

const HOUR: Duration = Duration::from_secs(3600);

/// The time that the rule may take.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Times may differ by this much.
const ROUNDING: Duration = Duration::from_secs(1);
