//! Rows that are marked as done.

use super::{
    super::{
        super::{InboxHistory, State},
        trial::{LONG, Outcome, Trial},
    },
    UNKNOWN,
};

pub(in super::super) async fn rows<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let rows = trial.one_in_each_state().await?;
    trial.marks_done(rows.dead.id(), true, "dead").await?;
    trial.marks_done(rows.waiting.id(), true, "it waits for its retry").await?;

    for (held, state) in [
        (&rows.done, State::Done),
        (&rows.discarded, State::Discarded),
        (&rows.running, State::Running),
    ] {
        trial.marks_done(held.id(), false, state.name()).await?;
        let when = format!("it was {}, and was not marked as done", state.name());
        trial.is_in(held.id(), state, &when).await?;
    }
    trial.marks_done(UNKNOWN, false, "there is no such row").await?;

    let when = "marked as done";
    for id in [rows.dead.id(), rows.waiting.id()] {
        let row = trial.get(id, when).await?.row;
        if (row.state, row.last_reason.as_deref()) != (State::Done, Some(super::MARKED)) {
            return Err(format!("{when}: the row is {row:?}"));
        }
    }
    trial.are_duplicates(&["dead", "waiting"], when).await?;
    trial.takes_nothing(when).await?;
    if trial.pass(4 * LONG) {
        trial.prunes(3 * LONG, usize::MAX, 4, "two were marked as done").await?;
        return Ok(());
    }
    trial.finishes(&rows.running, "not marked as done, because it was running").await
}
