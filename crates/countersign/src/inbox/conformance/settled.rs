//! Deliveries whose attempt has ended.

use std::time::Duration;

use super::{
    super::InboxStore,
    leases::MARGIN,
    trial::{LONG, Outcome, REASON, SHORT, Trial, failed, wanted},
};

pub(super) async fn retries<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let long = trial.holds("long", LONG).await?;
    let short = trial.holds("short", LONG).await?;
    trial.fails(&long, 2 * LONG, "held").await?;
    trial.takes_nothing("the retry is due in two hours").await?;
    trial.fails(&short, SHORT, "held").await?;
    let short = trial.comes(&wanted(LONG), "short", "the retry becomes due").await?.held;
    trial.takes_nothing("the other retry is due in two hours").await?;
    trial.fails(&short, Duration::ZERO, "held").await?;
    let [short] = trial.takes(&wanted(LONG), ["short"], "the retry is due at once").await?;
    trial.finishes(&short.held, "held").await?;

    if trial.pass(2 * LONG - MARGIN) {
        trial.takes_nothing("the retry is due in two hours, and not quite that passed").await?;
        trial.pass(MARGIN);
        trial.takes(&wanted(LONG), ["long"], "the retry is due in two hours").await?;
    }
    Ok(())
}

pub(super) async fn ended<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let done = trial.holds("done", SHORT).await?;
    trial.finishes(&done, "held").await?;
    let dead = trial.holds("dead", SHORT).await?;
    trial.buries(&dead, "held").await?;
    let waiting = trial.holds("waiting", SHORT).await?;
    trial.fails(&waiting, 2 * LONG, "held").await?;
    trial.outlive(SHORT).await;
    let when = "one is done, one is dead, one waits for its retry, and their leases are over";
    trial.takes_nothing(when).await?;
    if trial.pass(LONG) {
        trial.takes_nothing(when).await?;
    }
    for (held, when) in [
        (&done, "the attempt has finished"),
        (&dead, "the attempt has buried the delivery"),
        (&waiting, "the attempt has failed"),
    ] {
        trial.cannot_extend(held, when).await?;
        trial.takes_nothing(when).await?;
    }
    for (held, when) in [(&done, "done"), (&dead, "dead")] {
        // The result can be `Applied` or `LeaseLost`, because no other attempt has taken the delivery.
        let settled = trial.store.fail_until(held, Duration::ZERO, REASON).await;
        let _ = settled.map_err(|error| failed("fail_until", &error))?;
        trial.takes_nothing(&format!("{when}, and its attempt fails afterwards")).await?;
    }
    Ok(())
}
