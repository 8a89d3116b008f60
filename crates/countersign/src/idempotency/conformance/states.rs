//! Events that are free, claimed and done, in turn.

use std::time::{Duration, Instant};

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn in_turn<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other) = (lease("event"), lease("event"));
    trial.is_fresh(&one, LONG, "nobody has claimed it").await?;
    trial.is_in_progress(&other, "one has claimed it").await?;
    trial.completes(&one, LONG, b"note", Settled::Applied, "one has claimed it").await?;
    trial.is_done(&other, b"note", "one has completed it").await?;
    trial.is_done(&one, b"note", "one has completed it, and claims again").await
}

pub(super) async fn retry_after<S: Store>(trial: Trial<S>) -> Outcome {
    let before = Instant::now();
    trial.is_fresh(&lease("event"), LONG, "nobody has claimed it").await?;
    let retry_after = trial.is_in_progress(&lease("event"), "one has claimed it").await?;
    if retry_after.is_zero() || retry_after > LONG {
        return Err(format!("{retry_after:?} is not within (0, {LONG:?}], the lease"));
    }
    // For a store whose clock is set, no time has passed.
    if retry_after + before.elapsed() + ROUNDING < LONG {
        return Err(format!("{retry_after:?} is far less than is left of {LONG:?}"));
    }
    Ok(())
}

pub(super) async fn repeated<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other) = (lease("event"), lease("event"));
    trial.is_fresh(&one, SHORT, "nobody has claimed it").await?;
    trial.is_fresh(&one, LONG, "the same lease, again").await?;
    trial.outlive(SHORT).await?;
    trial.is_in_progress(&other, "claimed again for longer, and the first length is over").await?;
    trial.completes(&one, LONG, b"", Settled::Applied, "claimed twice with the same lease").await
}

pub(super) async fn holder<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other) = (lease("event"), lease("event"));
    trial.is_fresh(&one, LONG, "nobody has claimed it").await?;
    trial
        .completes(&other, LONG, b"other", Settled::LeaseLost, "one has claimed it, not other")
        .await?;
    trial.releases(&other, Settled::LeaseLost, "one has claimed it, not other").await?;
    trial.is_in_progress(&other, "one has claimed it").await?;

    trial.releases(&one, Settled::Applied, "one has claimed it").await?;
    trial.is_fresh(&other, LONG, "one has released it").await?;
    trial.releases(&one, Settled::LeaseLost, "one has released it, other has claimed it").await?;
    trial.is_in_progress(&one, "other has claimed it").await?;

    trial.completes(&other, LONG, b"other", Settled::Applied, "other has claimed it").await?;
    trial.completes(&one, LONG, b"one", Settled::LeaseLost, "other has completed it").await?;
    trial.releases(&one, Settled::LeaseLost, "other has completed it").await?;
    trial.releases(&other, Settled::LeaseLost, "it is done, and done is not released").await?;
    trial.is_done(&one, b"other", "other has completed it").await
}

/// The rounding of a store that counts whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);
