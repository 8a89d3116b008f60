//! Events that are forgotten on request.

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn done<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other, neighbour) = (lease("event"), lease("event"), lease("neighbour"));
    let (free, claimed) = ("no lease has claimed the event", "the lease has claimed the event");
    trial.is_fresh(&neighbour, LONG, free).await?;
    trial.completes(&neighbour, LONG, b"neighbour", Settled::Applied, claimed).await?;

    trial.forgets("event", false, free).await?;
    trial.is_fresh(&one, LONG, free).await?;
    let first = "the first lease has claimed the event";
    trial.forgets("event", false, first).await?;
    let kept = "the first lease has claimed the event, and a claim is not forgotten";
    trial.is_in_progress(&other, kept).await?;

    trial.completes(&one, LONG, b"one", Settled::Applied, first).await?;
    trial.forgets("event", true, "the first lease has completed the event").await?;
    trial.forgets("event", false, "the event was already forgotten").await?;
    trial.is_fresh(&other, LONG, "the event was forgotten").await?;
    let second = "the event was forgotten, and the second lease has claimed it";
    trial.completes(&one, LONG, b"one", Settled::LeaseLost, second).await?;
    trial.completes(&other, LONG, b"other", Settled::Applied, second).await?;
    let done = "the event was forgotten, and the second lease has completed it";
    trial.is_done(&one, b"other", done).await?;
    trial.is_done(&lease("neighbour"), b"neighbour", "a different event was forgotten").await?;

    let (brief, slow) = (lease("brief"), lease("slow"));
    trial.is_fresh(&brief, LONG, free).await?;
    trial.completes(&brief, SHORT, b"brief", Settled::Applied, claimed).await?;
    trial.is_fresh(&slow, SHORT, free).await?;
    trial.outlive(SHORT).await?;
    trial.forgets("brief", false, "the event was completed, and its ttl has passed").await?;
    trial.forgets("slow", false, "the lease has run out").await?;
    let late = "the lease has run out, and no other lease has claimed the event";
    trial.completes(&slow, LONG, b"slow", Settled::Applied, late).await
}
