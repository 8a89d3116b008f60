//! Rows that are counted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::super::{
    super::{Activity, Held, InboxHistory, Wanted},
    samples::{ENDPOINT, OTHER, entry, entry_at, entry_received},
    trial::{LONG, Outcome, Trial, failed, wanted},
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
    let seen = activity(&trial, since, HOUR).await?;
    if counts(&seen) != [(ENDPOINT, 1, 2, 1), (OTHER, 1, 1, 0)] {
        return Err(format!("two deliveries of one endpoint, one of another one: {seen:?}"));
    }
    let is_now = |time: SystemTime| time + ROUNDING >= began_at && time <= SystemTime::now();
    if !seen.iter().all(|one| is_now(one.last_received_at)) {
        return Err(format!("the time of the last receipt is wrong: {seen:?}"));
    }
    for (since, width) in [(SystemTime::now() + HOUR, HOUR), (began_at + HOUR, Duration::ZERO)] {
        let seen = activity(&trial, since, width).await?;
        if !seen.is_empty() {
            return Err(format!("deliveries of the next hour: {seen:?}"));
        }
    }
    Ok(())
}

pub(in super::super) async fn removed<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let first = HOUR.saturating_mul(u32::try_from(now.as_secs() / 3600).unwrap_or(u32::MAX));
    let first = UNIX_EPOCH + first.saturating_sub(30 * HOUR);

    for (name, minute) in [("early", 1), ("late", 59)] {
        let done = receives(&trial, ENDPOINT, name, first + minute * MINUTE).await?;
        trial.finishes(&done, "held").await?;
    }
    let dead = receives(&trial, ENDPOINT, "dead", first + 59 * MINUTE).await?;
    trial.buries(&dead, "held").await?;
    let discarded = receives(&trial, ENDPOINT, "discarded", first + HOUR).await?;
    trial.buries(&discarded, "held").await?;
    trial.discards(discarded.id(), true, "it is dead").await?;
    let other = receives(&trial, OTHER, "other", first + HOUR + MINUTE).await?;
    trial.finishes(&other, "held").await?;

    let before = activity(&trial, first, HOUR).await?;
    if counts(&before) != [(ENDPOINT, 0, 3, 1), (ENDPOINT, 1, 1, 0), (OTHER, 1, 1, 0)] {
        return Err(format!("deliveries of two hours, none removed: {before:?}"));
    }
    for (most, removed) in [(1, 1), (usize::MAX, 3)] {
        trial.prunes(Duration::ZERO, most, removed, "three are done, one is discarded").await?;
        let seen = activity(&trial, first, HOUR).await?;
        if seen != before {
            return Err(format!("of {before:?}, {removed} were removed: {seen:?}"));
        }
    }

    // The same event, later in an hour that has a delivery which was removed.
    receives(&trial, ENDPOINT, "early", first + HOUR + 2 * MINUTE).await?;
    let seen = activity(&trial, first + HOUR, HOUR).await?;
    if counts(&seen) != [(ENDPOINT, 0, 2, 0), (OTHER, 0, 1, 0)] {
        return Err(format!("of the second hour, two were removed, one was not: {seen:?}"));
    }
    let seen = activity(&trial, first - 30 * MINUTE, 24 * HOUR).await?;
    if counts(&seen) != [(ENDPOINT, 0, 5, 1), (OTHER, 0, 1, 0)] {
        return Err(format!("all are of one day, which begins at half past: {seen:?}"));
    }
    Ok(())
}

/// Returns what is counted, by endpoint and interval.
async fn activity<S: InboxHistory>(
    trial: &Trial<S>,
    since: SystemTime,
    width: Duration,
) -> Outcome<Vec<Activity>> {
    let seen = trial.store.activity(since, width).await;
    let mut seen = seen.map_err(|error| failed("activity", &error))?;
    seen.sort_unstable_by(|a, b| (&a.endpoint, a.interval).cmp(&(&b.endpoint, b.interval)));
    Ok(seen)
}

fn counts(seen: &[Activity]) -> Vec<(&str, u64, u64, u64)> {
    seen.iter().map(|one| (&*one.endpoint, one.interval, one.accepted, one.dead)).collect()
}

/// Accepts a delivery that was received at this time, and takes it.
async fn receives<S: InboxHistory>(
    trial: &Trial<S>,
    endpoint: &str,
    name: &str,
    received_at: SystemTime,
) -> Outcome<Held> {
    let milliseconds = received_at.duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let milliseconds = u64::try_from(milliseconds).unwrap_or(u64::MAX);
    trial.is_new(&entry_received(endpoint, name, milliseconds)?, name).await?;
    let wanted = Wanted { endpoints: vec![endpoint.to_owned()], ..wanted(LONG) };
    let [taken] = trial.takes(&wanted, [name], "accepted").await?;
    Ok(taken.held)
}

const MINUTE: Duration = Duration::from_secs(60);

const HOUR: Duration = Duration::from_secs(3600);

/// The time that the rule may take.
const MARGIN: Duration = Duration::from_secs(5 * 60);

/// Times may differ by this much.
const ROUNDING: Duration = Duration::from_secs(1);
