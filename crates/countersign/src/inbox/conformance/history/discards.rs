//! Rows that are discarded.

use super::{
    super::{
        super::{Filter, InboxHistory, State},
        samples::entry,
        trial::{LONG, Outcome, Trial},
    },
    UNKNOWN,
};

pub(in super::super) async fn rows<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let rows = trial.one_in_each_state().await?;
    trial.is_new(&entry("new")?, "not accepted before").await?;
    let new = trial.list(&Filter::new().most(1)).await?;
    let Some(new) = new.first() else { return Err("a new row is not listed".to_owned()) };
    trial.discards(new.id, true, "the first attempt is due").await?;
    trial.discards(rows.dead.id(), true, "dead").await?;
    trial.discards(rows.waiting.id(), true, "it waits for its retry").await?;

    trial.discards(rows.done.id(), false, "done").await?;
    trial.is_in(rows.done.id(), State::Done, "not discarded, because it was done").await?;
    trial.discards(rows.running.id(), false, "running").await?;
    trial.discards(rows.discarded.id(), false, "already discarded").await?;
    trial.discards(UNKNOWN, false, "there is no such row").await?;

    let when = "discarded";
    for id in [new.id, rows.dead.id(), rows.waiting.id(), rows.discarded.id()] {
        trial.is_in(id, State::Discarded, when).await?;
    }
    trial.are_duplicates(&["new", "dead", "waiting", "discarded"], when).await?;
    trial.takes_nothing(when).await?;
    if trial.pass(LONG - LONG / 10) {
        trial.takes_nothing(when).await?;
    }
    trial.finishes(&rows.running, "not discarded, because it was running").await
}
