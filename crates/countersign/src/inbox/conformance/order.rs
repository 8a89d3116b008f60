//! The deliveries that are taken: their order, their number and their endpoints.

use std::time::{Duration, Instant};

use super::{
    super::{InboxStore, Wanted},
    samples::{ENDPOINT, OTHER, entry, entry_at},
    trial::{LONG, Outcome, SHORT, Trial, wanted},
};

pub(super) async fn longest_due<S: InboxStore>(trial: Trial<S>) -> Outcome {
    for name in ["a", "b", "c", "d", "e", "f"] {
        trial.is_new(&entry(name)?, name).await?;
    }
    let one = |lease| Wanted { most: 1, ..wanted(lease) };
    let [a] = trial.takes(&one(LONG), ["a"], "a was accepted first").await?;
    let [b] = trial.takes(&one(SHORT), ["b"], "b was accepted first of those not taken").await?;
    if a.held.id() >= b.held.id() {
        let (a, b) = (a.held.id(), b.held.id());
        return Err(format!("a has the number {a}, and b, which was accepted later, has {b}"));
    }
    // Due after the lease of `b` runs out, because that lease is shorter and began earlier.
    trial.fails(&a.held, 2 * SHORT, "held").await?;
    trial.outlive(2 * SHORT).await;
    let when = "the lease of b ran out after the others were accepted, and the retry of a was due \
                after that";
    trial.takes(&wanted(LONG), ["c", "d", "e", "f", "b", "a"], when).await.map(drop)
}

pub(super) async fn wanted_only<S: InboxStore>(trial: Trial<S>) -> Outcome {
    trial.is_new(&entry_at(OTHER, "other")?, "not accepted before").await?;
    for name in ["a", "b", "c", "d"] {
        trial.is_new(&entry(name)?, name).await?;
    }
    let want = |endpoints: &[&str], most| Wanted {
        endpoints: endpoints.iter().map(|name| (*name).to_owned()).collect(),
        most,
        ..wanted(LONG)
    };
    trial.takes(&want(&[ENDPOINT, OTHER], 0), [], "no delivery is wanted").await?;
    trial.takes(&want(&[], 1000), [], "no endpoint is wanted").await?;
    for endpoint in ["", "conformanc", "conformance-", "CONFORMANCE", "%", "conformanc_"] {
        let when = format!("only the endpoint {endpoint:?} is wanted");
        trial.takes(&want(&[endpoint], 1000), [], &when).await?;
    }
    let when = "one delivery is wanted, and the first one is of another endpoint";
    trial.takes(&want(&[ENDPOINT], 1), ["a"], when).await?;
    trial.takes(&want(&[ENDPOINT], 2), ["b", "c"], "two deliveries are wanted").await?;
    let when = "the deliveries of both endpoints are wanted";
    trial.takes(&want(&[ENDPOINT, OTHER, "unknown"], usize::MAX), ["other", "d"], when).await?;
    trial.takes(&want(&[ENDPOINT, OTHER], 1000), [], "all deliveries are held").await.map(drop)
}

pub(super) async fn lateness<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let before = Instant::now();
    trial.is_new(&entry("new")?, "not accepted before").await?;
    // With a clock that is set, the delivery can be late by hours.
    let passed = if trial.pass(LONG) { LONG } else { SHORT };
    trial.outlive(SHORT).await;
    let [taken] = trial.takes(&wanted(LONG), ["new"], "accepted").await?;
    is_about(taken.late, passed, before.elapsed(), "`late` of a new delivery")?;

    let before = Instant::now();
    trial.fails(&taken.held, SHORT, "held").await?;
    trial.outlive(2 * SHORT).await;
    let [taken] = trial.takes(&wanted(LONG), ["new"], "the retry is due").await?;
    is_about(taken.late, SHORT, before.elapsed(), "`late` of a retry")
}

/// Checks a time: at least `passed`, and at most `passed` and `measured` together, apart from
/// rounding.
pub(super) fn is_about(
    seen: Duration,
    passed: Duration,
    measured: Duration,
    what: &str,
) -> Outcome {
    let most = passed + measured + ROUNDING;
    if seen + TICK < passed || seen > most {
        return Err(format!("{what} is {seen:?}; expected: from {passed:?} to {most:?}"));
    }
    Ok(())
}

/// The rounding of an engine that counts coarse ticks of its machine's clock.
const TICK: Duration = Duration::from_millis(20);

/// The rounding of an engine, and the time until its answer arrives.
const ROUNDING: Duration = Duration::from_secs(1);
