//! Events that are free, claimed and done, in turn.

use std::time::{Duration, Instant};

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn in_turn<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other) = (lease("event"), lease("event"));
    let claimed = "the first lease has claimed the event";
    trial.is_fresh(&one, LONG, "no lease has claimed the event").await?;
    trial.is_in_progress(&other, claimed).await?;
    trial.completes(&one, LONG, b"note", Settled::Applied, claimed).await?;
    trial.is_done(&other, b"note", "the first lease has completed the event").await?;
    let again = "the first lease has completed the event, and claims it again";
    trial.is_done(&one, b"note", again).await
}

pub(super) async fn retry_after<S: Store>(trial: Trial<S>) -> Outcome {
    let before = Instant::now();
    trial.is_fresh(&lease("event"), LONG, "no lease has claimed the event").await?;
    let retry_after =
        trial.is_in_progress(&lease("event"), "another lease has claimed the event").await?;
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
    trial.is_fresh(&one, SHORT, "no lease has claimed the event").await?;
    let again = "the first lease has claimed the event, and claims it again";
    trial.is_fresh(&one, LONG, again).await?;
    trial.outlive(SHORT).await?;
    let longer =
        "the first lease has claimed the event again for longer, and its first length has passed";
    trial.is_in_progress(&other, longer).await?;
    let twice = "the first lease has claimed the event twice";
    trial.completes(&one, LONG, b"", Settled::Applied, twice).await
}

pub(super) async fn holder<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other) = (lease("event"), lease("event"));
    trial.is_fresh(&one, LONG, "no lease has claimed the event").await?;
    let not_second = "the first lease has claimed the event, and the second has not";
    trial.completes(&other, LONG, b"other", Settled::LeaseLost, not_second).await?;
    trial.releases(&other, Settled::LeaseLost, not_second).await?;
    trial.is_in_progress(&other, not_second).await?;

    trial.releases(&one, Settled::Applied, "the first lease has claimed the event").await?;
    trial.is_fresh(&other, LONG, "the first lease has released the event").await?;
    let claimed = "the first lease has released the event, and the second has claimed it";
    trial.releases(&one, Settled::LeaseLost, claimed).await?;
    trial.is_in_progress(&one, claimed).await?;

    trial.completes(&other, LONG, b"other", Settled::Applied, claimed).await?;
    let done = "the second lease has completed the event";
    trial.completes(&one, LONG, b"one", Settled::LeaseLost, done).await?;
    trial.releases(&one, Settled::LeaseLost, done).await?;
    let kept =
        "the second lease has completed the event, and an event that is done is not released";
    trial.releases(&other, Settled::LeaseLost, kept).await?;
    trial.is_done(&one, b"other", done).await
}

/// The rounding of a store that counts whole seconds.
const ROUNDING: Duration = Duration::from_secs(1);
