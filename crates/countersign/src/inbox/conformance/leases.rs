//! Leases that last, that are extended, and that run out.

use std::time::Duration;

use super::{
    super::{Held, InboxStore, RowId},
    trial::{LONG, Outcome, SHORT, Trial, is_attempt, wanted},
};

pub(super) async fn lasts<S: InboxStore>(trial: Trial<S>) -> Outcome {
    trial.holds("long", LONG).await?;
    trial.takes_nothing("held for an hour").await?;
    let first = trial.holds("short", SHORT).await?;
    let second = trial.comes(&wanted(LONG), "short", "its lease runs out").await?;
    if first == second.held {
        return Err("two attempts have one token".to_owned());
    }
    if first.id() != second.held.id() {
        return Err("the number of a delivery changed when its lease ran out".to_owned());
    }
    trial.takes_nothing("held again").await?;
    trial.finishes(&second.held, "held again").await?;

    if trial.pass(LONG - MARGIN) {
        trial.takes_nothing("held for an hour, and not quite an hour has passed").await?;
        trial.pass(MARGIN);
        let when = "held for an hour, and an hour has passed";
        trial.takes(&wanted(LONG), ["long"], when).await?;
    }
    Ok(())
}

pub(super) async fn extended<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let held = trial.holds("event", MEDIUM).await?;
    trial.extends(&held, LONG, "the lease has not run out").await?;
    trial.outlive(MEDIUM).await;
    let when = "the lease was extended, and its first length has passed";
    trial.takes_nothing(when).await?;
    trial.finishes(&held, when).await?;

    let held = trial.holds("brief", MEDIUM).await?;
    trial.extends(&held, SHORT, "the lease has not run out").await?;
    let again = trial.comes(&wanted(LONG), "brief", "its extended lease runs out").await?;
    is_attempt(&again, 2, false, "its extended lease ran out")
}

pub(super) async fn lost<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let first = trial.holds("event", SHORT).await?;
    let second = trial.comes(&wanted(LONG), "event", "its lease runs out").await?.held;
    let when = "the lease ran out, and a second attempt has taken the delivery";
    trial.has_lost(&first, when).await?;
    trial.takes_nothing("the first attempt has lost the delivery, and tried to settle it").await?;
    trial.extends(&second, LONG, "the second attempt holds the delivery").await?;

    let unknown = "no attempt has this token";
    trial.has_lost(&Held::new(first.id()), unknown).await?;
    trial.has_lost(&Held::new(RowId(i64::MAX)), "there is no such delivery").await?;
    trial.takes_nothing(unknown).await?;

    trial.fails(&second, Duration::ZERO, "the second attempt holds the delivery").await?;
    let [third] = trial.takes(&wanted(LONG), ["event"], "the retry is due").await?;
    trial.has_lost(&first, "a third attempt has taken the delivery").await?;
    trial.has_lost(&second, "it failed, and a third attempt has taken the delivery").await?;
    trial.finishes(&third.held, "the third attempt holds the delivery").await?;
    trial.has_lost(&first, "the third attempt has finished").await?;
    trial.has_lost(&second, "the third attempt has finished").await?;
    trial.takes_nothing("done").await
}

pub(super) async fn late<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let when = "the lease ran out, and no other attempt has taken the delivery";
    let held = trial.holds("finished", SHORT).await?;
    trial.outlive(SHORT).await;
    trial.finishes(&held, when).await?;
    trial.takes_nothing("finished after its lease ran out").await?;

    let held = trial.holds("failed", SHORT).await?;
    trial.outlive(SHORT).await;
    trial.fails(&held, LONG, when).await?;
    trial.takes_nothing("it failed after its lease ran out, and the retry is not due").await?;

    let held = trial.holds("released", SHORT).await?;
    trial.outlive(SHORT).await;
    trial.releases(&held, when).await?;
    let when_released = "released after its lease ran out";
    let [taken] = trial.takes(&wanted(LONG), ["released"], when_released).await?;
    is_attempt(&taken, 1, false, when_released)?;

    let held = trial.holds("buried", SHORT).await?;
    trial.outlive(SHORT).await;
    trial.buries(&held, when).await?;
    trial.takes_nothing("buried after its lease ran out").await
}

/// Length of a lease that is extended before it runs out, even if the machine is busy.
const MEDIUM: Duration = Duration::from_millis(300);

/// Time before the end of a lease or a delay, much longer than a rule takes.
pub(super) const MARGIN: Duration = Duration::from_secs(60);
