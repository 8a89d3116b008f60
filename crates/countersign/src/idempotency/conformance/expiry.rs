//! Leases and ttls that run out.

use super::{
    super::{Settled, Store},
    trial::{LONG, Outcome, SHORT, Trial, lease},
};

pub(super) async fn slow_worker<S: Store>(trial: Trial<S>) -> Outcome {
    let (slow, other) = (lease("event"), lease("event"));
    trial.is_fresh(&slow, SHORT, "no lease has claimed the event").await?;
    trial.outlive(SHORT).await?;
    trial.is_fresh(&other, LONG, "the first lease has run out").await?;

    let claimed = "the first lease has run out, and the second has claimed the event";
    trial.is_in_progress(&slow, claimed).await?;
    trial.completes(&slow, LONG, b"slow", Settled::LeaseLost, claimed).await?;
    let tried = "the second lease has claimed the event, and the first has tried to complete it";
    trial.is_in_progress(&lease("event"), tried).await?;
    trial.releases(&slow, Settled::LeaseLost, claimed).await?;
    let tried = "the second lease has claimed the event, and the first has tried to release it";
    trial.is_in_progress(&lease("event"), tried).await?;

    trial.completes(&other, LONG, b"other", Settled::Applied, claimed).await?;
    let done = "the second lease has completed the event";
    trial.completes(&slow, LONG, b"slow", Settled::LeaseLost, done).await?;
    trial.releases(&slow, Settled::LeaseLost, done).await?;
    trial.is_done(&slow, b"other", done).await
}

pub(super) async fn unclaimed<S: Store>(trial: Trial<S>) -> Outcome {
    let (completing, releasing) = (lease("completed"), lease("released"));
    trial.is_fresh(&completing, SHORT, "no lease has claimed the event").await?;
    trial.is_fresh(&releasing, SHORT, "no lease has claimed the event").await?;
    trial.outlive(SHORT).await?;
    let when = "the lease has run out, and no other lease has claimed the event";
    trial.completes(&completing, LONG, b"late", Settled::Applied, when).await?;
    let late = "the event was completed after its lease had run out";
    trial.is_done(&lease("completed"), b"late", late).await?;
    // No lease holds the event, and it is free, as the release requested.
    trial.releases(&releasing, Settled::Applied, when).await?;
    let late = "the event was released after its lease had run out";
    trial.is_fresh(&lease("released"), LONG, late).await
}

pub(super) async fn ttl<S: Store>(trial: Trial<S>) -> Outcome {
    let (brief, lasting) = (lease("brief"), lease("lasting"));
    let claimed = "the lease has claimed the event";
    trial.is_fresh(&brief, LONG, "no lease has claimed the event").await?;
    trial.is_fresh(&lasting, SHORT, "no lease has claimed the event").await?;
    trial.completes(&brief, SHORT, b"brief", Settled::Applied, claimed).await?;
    trial.completes(&lasting, LONG, b"lasting", Settled::Applied, claimed).await?;
    trial.outlive(SHORT).await?;
    let lasts = "the event was completed; the length of its lease has passed, and its ttl has not";
    trial.is_done(&lease("lasting"), b"lasting", lasts).await?;
    trial.is_fresh(&lease("brief"), LONG, "the event was completed, and its ttl has passed").await
}
