//! Leases and ttls that run out.

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn slow_worker<S: Store>(trial: Trial<S>) -> Outcome {
    let (slow, other) = (lease("event"), lease("event"));
    trial.is_fresh(&slow, SHORT, "nobody has claimed it").await?;
    trial.outlive(SHORT).await?;
    trial.is_fresh(&other, LONG, "the lease ran out").await?;

    trial.is_in_progress(&slow, "other has claimed it since").await?;
    trial.completes(&slow, LONG, b"slow", Settled::LeaseLost, "other has claimed it since").await?;
    trial.is_in_progress(&lease("event"), "slow tried to complete it").await?;
    trial.releases(&slow, Settled::LeaseLost, "other has claimed it since").await?;
    trial.is_in_progress(&lease("event"), "slow tried to release it").await?;

    trial.completes(&other, LONG, b"other", Settled::Applied, "other has claimed it").await?;
    trial.completes(&slow, LONG, b"slow", Settled::LeaseLost, "other has completed it").await?;
    trial.releases(&slow, Settled::LeaseLost, "other has completed it").await?;
    trial.is_done(&slow, b"other", "other has completed it").await
}

pub(super) async fn unclaimed<S: Store>(trial: Trial<S>) -> Outcome {
    let (completing, releasing) = (lease("completed"), lease("released"));
    trial.is_fresh(&completing, SHORT, "nobody has claimed it").await?;
    trial.is_fresh(&releasing, SHORT, "nobody has claimed it").await?;
    trial.outlive(SHORT).await?;
    let when = "the lease ran out, nobody has claimed it since";
    trial.completes(&completing, LONG, b"late", Settled::Applied, when).await?;
    trial.is_done(&lease("completed"), b"late", "it was completed late").await?;
    // No lease holds the event, and it is free, as the release requested.
    trial.releases(&releasing, Settled::Applied, when).await?;
    trial.is_fresh(&lease("released"), LONG, "it was released late").await
}

pub(super) async fn ttl<S: Store>(trial: Trial<S>) -> Outcome {
    let (brief, lasting) = (lease("brief"), lease("lasting"));
    trial.is_fresh(&brief, LONG, "nobody has claimed it").await?;
    trial.is_fresh(&lasting, SHORT, "nobody has claimed it").await?;
    trial.completes(&brief, SHORT, b"brief", Settled::Applied, "claimed").await?;
    trial.completes(&lasting, LONG, b"lasting", Settled::Applied, "claimed").await?;
    trial.outlive(SHORT).await?;
    trial.is_done(&lease("lasting"), b"lasting", "only its lease would be over").await?;
    trial.is_fresh(&lease("brief"), LONG, "its ttl ran out").await
}
