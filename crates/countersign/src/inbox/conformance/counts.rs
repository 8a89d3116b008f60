//! Numbers for operators.

use std::time::{Duration, Instant};

use super::{
    super::{InboxStore, Stats},
    order::is_about,
    samples::{ENDPOINT, OTHER, entry, entry_at},
    trial::{LONG, Outcome, SHORT, Trial, failed, wanted},
};

pub(super) async fn states<S: InboxStore>(trial: Trial<S>) -> Outcome {
    counts(&trial, ENDPOINT, [0, 0, 0, 0], "the inbox is empty").await?;
    let done = trial.holds("done", LONG).await?;
    trial.finishes(&done, "held").await?;
    let when = "the only delivery is done";
    if let Some(oldest) = counts(&trial, ENDPOINT, [0, 0, 0, 0], when).await? {
        return Err(format!("{when}: `oldest_ready` is {oldest:?}"));
    }
    for name in ["dead-1", "dead-2", "dead-3", "dead-4"] {
        let dead = trial.holds(name, LONG).await?;
        trial.buries(&dead, "held").await?;
    }
    for name in ["running-1", "running-2", "running-3"] {
        trial.holds(name, LONG).await?;
    }
    for name in ["waiting-1", "waiting-2"] {
        let waiting = trial.holds(name, LONG).await?;
        trial.fails(&waiting, 3 * LONG, "held").await?;
    }
    let when = "no delivery is due";
    if let Some(oldest) = counts(&trial, ENDPOINT, [0, 2, 3, 4], when).await? {
        return Err(format!("{when}: `oldest_ready` is {oldest:?}"));
    }
    let retried = trial.holds("retried", LONG).await?;
    trial.is_new(&entry_at(OTHER, "other")?, "not accepted before").await?;
    let before = Instant::now();
    trial.fails(&retried, Duration::ZERO, "held").await?;
    trial.outlive(SHORT).await;
    let when = "one retry is due";
    let Some(oldest) = counts(&trial, ENDPOINT, [1, 2, 3, 4], when).await? else {
        return Err(format!("{when}: `oldest_ready` is None"));
    };
    is_about(oldest, SHORT, before.elapsed(), "`oldest_ready`")?;
    trial.is_new(&entry("new")?, "not accepted before").await?;
    trial.outlive(SHORT).await;
    let when = "one retry is due for longer than a new delivery";
    let oldest = counts(&trial, ENDPOINT, [2, 2, 3, 4], when).await?.unwrap_or_default();
    is_about(oldest, 2 * SHORT, before.elapsed(), "`oldest_ready`")?;
    counts(&trial, OTHER, [1, 0, 0, 0], "one delivery at this endpoint").await?;

    trial.takes(&wanted(LONG), ["retried", "new"], when).await?;
    counts(&trial, ENDPOINT, [0, 2, 5, 4], "all due deliveries of the endpoint were taken").await?;
    counts(&trial, OTHER, [1, 0, 0, 0], "those of another endpoint were taken").await.map(drop)
}

/// Checks the numbers that are ready, waiting, running and dead. Returns `oldest_ready`.
async fn counts<S: InboxStore>(
    trial: &Trial<S>,
    endpoint: &str,
    expected: [u64; 4],
    when: &str,
) -> Outcome<Option<Duration>> {
    let stats = trial.store.stats().await.map_err(|error| failed("stats", &error))?;
    let mut of_endpoint = stats.into_iter().filter(|stats| stats.endpoint == endpoint);
    let stats = of_endpoint.next().unwrap_or_else(|| Stats::of(endpoint));
    if of_endpoint.next().is_some() {
        return Err(format!("{when}: the endpoint {endpoint:?} is listed twice"));
    }
    let seen = [stats.ready, stats.waiting, stats.running, stats.dead];
    if seen != expected {
        let words = |[ready, waiting, running, dead]: [u64; 4]| {
            format!("{ready} ready, {waiting} waiting, {running} running, {dead} dead")
        };
        let (seen, expected) = (words(seen), words(expected));
        return Err(format!("{when}: {endpoint:?} has {seen}; expected: {expected}"));
    }
    Ok(stats.oldest_ready)
}
