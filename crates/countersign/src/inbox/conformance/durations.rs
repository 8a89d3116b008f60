//! Extreme durations, which must not overflow.

use std::time::Duration;

use super::{
    super::InboxStore,
    trial::{LONG, Outcome, Trial, failed, is_attempt, wanted},
};

pub(super) async fn extremes<S: InboxStore>(trial: Trial<S>) -> Outcome {
    for (name, length) in [("0", Duration::ZERO), ("1 ns", Duration::from_nanos(1))] {
        let held = trial.holds(name, length).await?;
        let taken = trial.comes(&wanted(LONG), name, "the lease lasts at most 1 ns").await?;
        is_attempt(&taken, 2, false, "the lease lasts at most 1 ns")?;
        trial.has_lost(&held, "the lease lasted at most 1 ns").await?;
        trial.extends(&taken.held, length, "held").await?;
        let taken = trial.comes(&wanted(LONG), name, "the extension lasts at most 1 ns").await?;
        trial.fails(&taken.held, length, "held").await?;
        let taken = trial.comes(&wanted(LONG), name, "the retry is due in at most 1 ns").await?;
        trial.releases(&taken.held, "held").await?;
        let [taken] = trial.takes(&wanted(length), [name], "released").await?;
        trial.finishes(&taken.held, "the lease lasted at most 1 ns").await?;
    }
    for (name, length) in [("max", Duration::MAX), ("1000 years", A_THOUSAND_YEARS)] {
        let held = trial.holds(name, length).await?;
        trial.takes_nothing("held for ever").await?;
        trial.extends(&held, length, "held for ever").await?;
        trial.takes_nothing("extended for ever").await?;
        trial.fails(&held, length, "extended for ever").await?;
        trial.takes_nothing("the retry is never due").await?;
    }
    trial.store.stats().await.map(drop).map_err(|error| failed("stats", &error))
}

const A_THOUSAND_YEARS: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);
