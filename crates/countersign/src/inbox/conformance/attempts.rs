//! Attempts that are counted, and deliveries that have had all their attempts.

use std::time::Duration;

use super::{
    super::{InboxStore, Wanted},
    samples::entry,
    trial::{LONG, Outcome, SHORT, Trial, is_attempt, wanted},
};

pub(super) async fn counted<S: InboxStore>(trial: Trial<S>) -> Outcome {
    trial.is_new(&entry("event")?, "not accepted before").await?;
    let [first] = trial.takes(&wanted(SHORT), ["event"], "accepted").await?;
    is_attempt(&first, 1, false, "the first attempt")?;
    let second = trial.comes(&wanted(LONG), "event", "its lease runs out").await?;
    is_attempt(&second, 2, false, "the lease of the first attempt ran out")?;
    trial.fails(&second.held, Duration::ZERO, "held").await?;
    let [third] = trial.takes(&wanted(LONG), ["event"], "the retry is due").await?;
    is_attempt(&third, 3, false, "the second attempt failed")?;
    trial.extends(&third.held, LONG, "held").await?;
    trial.fails(&third.held, SHORT, "held").await?;
    let fourth = trial.comes(&wanted(LONG), "event", "the retry becomes due").await?;
    is_attempt(&fourth, 4, false, "the third attempt failed")?;

    trial.is_new(&entry("other")?, "not accepted before").await?;
    let [other] = trial.takes(&wanted(LONG), ["other"], "accepted").await?;
    is_attempt(&other, 1, false, "another delivery had four attempts")
}

pub(super) async fn exhausted<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let want = |lease, attempts| Wanted { attempts, ..wanted(lease) };
    trial.is_new(&entry("event")?, "not accepted before").await?;
    let [first] = trial.takes(&want(SHORT, 2), ["event"], "accepted").await?;
    is_attempt(&first, 1, false, "the first of two attempts")?;
    let second = trial.comes(&want(SHORT, 2), "event", "its lease runs out").await?;
    is_attempt(&second, 2, false, "the last of two attempts")?;
    for _ in 0..2 {
        let taken = trial.comes(&want(SHORT, 2), "event", "its lease runs out").await?;
        is_attempt(&taken, 2, true, "two attempts vanished, and two are wanted")?;
    }
    let third = trial.comes(&want(LONG, 3), "event", "its lease runs out").await?;
    is_attempt(&third, 3, false, "two attempts vanished, and three are wanted")?;
    trial.fails(&third.held, Duration::ZERO, "held").await?;
    let [taken] = trial.takes(&want(SHORT, 1), ["event"], "the retry is due").await?;
    is_attempt(&taken, 3, true, "the delivery had three attempts, and one is wanted")?;
    let taken = trial.comes(&want(LONG, u32::MAX), "event", "its lease runs out").await?;
    is_attempt(&taken, 4, false, "the delivery had three attempts, and any number is wanted")?;
    trial.fails(&taken.held, Duration::ZERO, "held").await?;
    let [taken] = trial.takes(&want(LONG, 4), ["event"], "the retry is due").await?;
    is_attempt(&taken, 4, true, "the delivery had four attempts, and four are wanted")?;
    trial.buries(&taken.held, "the exhausted delivery is held").await?;
    trial.takes_nothing("dead").await
}

pub(super) async fn released<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let want = |lease| Wanted { attempts: 2, ..wanted(lease) };
    let mut held = trial.holds("event", LONG).await?;
    for _ in 0..3 {
        trial.releases(&held, "held").await?;
        trial.cannot_extend(&held, "released").await?;
        let when = "the first attempt was released";
        let [taken] = trial.takes(&want(LONG), ["event"], when).await?;
        is_attempt(&taken, 1, false, when)?;
        trial.has_lost(&held, "released, and taken again").await?;
        held = taken.held;
    }
    trial.fails(&held, Duration::ZERO, "held").await?;
    let [second] = trial.takes(&want(LONG), ["event"], "the retry is due").await?;
    is_attempt(&second, 2, false, "the first attempt failed")?;
    trial.releases(&second.held, "held").await?;
    let when = "the first attempt failed, and the second was released";
    let [second] = trial.takes(&want(SHORT), ["event"], when).await?;
    is_attempt(&second, 2, false, when)?;
    for _ in 0..2 {
        let taken = trial.comes(&want(LONG), "event", "its lease runs out").await?;
        is_attempt(&taken, 2, true, "two attempts were counted, and two are wanted")?;
        trial.releases(&taken.held, "exhausted, and held").await?;
    }
    Ok(())
}
