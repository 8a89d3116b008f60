//! Events that are forgotten on request.

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn done<S: Store>(trial: Trial<S>) -> Outcome {
    let (one, other, neighbour) = (lease("event"), lease("event"), lease("neighbour"));
    trial.is_fresh(&neighbour, LONG, "nobody has claimed it").await?;
    trial.completes(&neighbour, LONG, b"neighbour", Settled::Applied, "claimed").await?;

    trial.forgets("event", false, "nobody has claimed it").await?;
    trial.is_fresh(&one, LONG, "nobody has claimed it").await?;
    trial.forgets("event", false, "one has claimed it").await?;
    trial.is_in_progress(&other, "one has claimed it, and a claim is not forgotten").await?;

    trial.completes(&one, LONG, b"one", Settled::Applied, "one has claimed it").await?;
    trial.forgets("event", true, "one has completed it").await?;
    trial.forgets("event", false, "it is forgotten already").await?;
    trial.is_fresh(&other, LONG, "it was forgotten").await?;
    trial
        .completes(&one, LONG, b"one", Settled::LeaseLost, "the other lease has claimed it since")
        .await?;
    trial.completes(&other, LONG, b"other", Settled::Applied, "other has claimed it").await?;
    trial.is_done(&one, b"other", "it was forgotten, and other has completed it").await?;
    trial.is_done(&lease("neighbour"), b"neighbour", "a different event was forgotten").await?;

    let (brief, slow) = (lease("brief"), lease("slow"));
    trial.is_fresh(&brief, LONG, "nobody has claimed it").await?;
    trial.completes(&brief, SHORT, b"brief", Settled::Applied, "claimed").await?;
    trial.is_fresh(&slow, SHORT, "nobody has claimed it").await?;
    trial.outlive(SHORT).await?;
    trial.forgets("brief", false, "its ttl ran out").await?;
    trial.forgets("slow", false, "its lease ran out").await?;
    trial.completes(&slow, LONG, b"slow", Settled::Applied, "nobody has claimed it since").await
}
