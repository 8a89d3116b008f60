//! Deliveries that are accepted, once or several times.

use super::{
    super::{Entry, InboxStore},
    samples::{ENDPOINT, entry, keyless, request},
    trial::{LONG, Outcome, SHORT, Trial, is_attempt, wanted},
};

pub(super) async fn once<S: InboxStore>(trial: Trial<S>) -> Outcome {
    trial.takes_nothing("the inbox is empty").await?;
    trial.is_new(&entry("event")?, "no delivery was accepted").await?;
    let [taken] = trial.takes(&wanted(LONG), ["event"], "accepted").await?;
    is_attempt(&taken, 1, false, "the first attempt")?;
    trial.takes_nothing("the first attempt holds the delivery").await?;
    trial.finishes(&taken.held, "the first attempt holds the delivery").await?;
    trial.takes_nothing("done").await
}

pub(super) async fn duplicates<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let done = trial.holds("done", LONG).await?;
    trial.finishes(&done, "held").await?;
    let dead = trial.holds("dead", LONG).await?;
    trial.buries(&dead, "held").await?;
    let failed = trial.holds("failed", LONG).await?;
    trial.fails(&failed, LONG, "held").await?;
    trial.holds("running", LONG).await?;
    trial.holds("late", SHORT).await?;
    trial.outlive(SHORT).await;
    trial.is_new(&entry("waiting")?, "not accepted before").await?;

    for name in ["done", "dead", "failed", "running", "late", "waiting"] {
        let body = br#"{"id":"another body"}"#;
        let again = Entry::new(entry(name)?.key().cloned(), request(ENDPOINT, body)?);
        for _ in 0..2 {
            trial.is_duplicate(&again, &format!("the event was kept, and is {name}")).await?;
        }
    }
    let when = "duplicates of all deliveries were not kept";
    trial.takes(&wanted(LONG), ["late", "waiting"], when).await.map(drop)
}

pub(super) async fn without_key<S: InboxStore>(trial: Trial<S>) -> Outcome {
    let body = keyless("event")?;
    for _ in 0..3 {
        trial.is_new(&body, "a delivery without a key").await?;
    }
    trial.is_new(&entry("event")?, "no delivery with this key was accepted").await?;
    trial.is_new(&body, "a delivery without a key, after one with a key").await?;
    let when = "accepted, four of them without a key";
    let taken = trial.takes(&wanted(LONG), ["event"; 5], when).await?;
    trial.finishes(&taken[0].held, "held").await?;
    trial.is_new(&body, "a delivery without a key, after another one was done").await
}
