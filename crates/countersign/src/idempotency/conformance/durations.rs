//! Extreme durations, which must not overflow.

use std::time::Duration;

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, Trial, lease},
};

pub(super) async fn extremes<S: Store>(trial: Trial<S>) -> Outcome {
    for (id, length) in [("0", Duration::ZERO), ("1-ns", Duration::from_nanos(1))] {
        let (one, other) = (lease(id), lease(id));
        trial.is_fresh(&one, length, "no lease has claimed the event").await?;
        trial.outlive(length).await?;
        trial.is_fresh(&other, LONG, "the lease lasted at most 1 ns").await?;
        trial.completes(&other, length, b"", Settled::Applied, "claimed").await?;
        trial.outlive(length).await?;
        trial.is_fresh(&one, LONG, "the ttl was at most 1 ns").await?;
    }
    for (id, length) in [("max", Duration::MAX), ("1000-years", A_THOUSAND_YEARS)] {
        let one = lease(id);
        trial.is_fresh(&one, length, "claimed for ever").await?;
        let retry_after = trial.is_in_progress(&lease(id), "claimed for ever").await?;
        if retry_after < LONG || retry_after > length {
            return Err(format!("`retry_after` of a lease of {length:?} is {retry_after:?}"));
        }
        trial.completes(&one, length, b"ever", Settled::Applied, "done for ever").await?;
        trial.is_done(&lease(id), b"ever", "done for ever").await?;
    }
    Ok(())
}

const A_THOUSAND_YEARS: Duration = Duration::from_secs(1000 * 365 * 24 * 60 * 60);
