//! Rows that are retried.

use super::{
    super::{
        super::{InboxHistory, State},
        trial::{LONG, Outcome, Trial, is_attempt, wanted},
    },
    UNKNOWN,
};

pub(in super::super) async fn waiting<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let rows = trial.one_in_each_state().await?;
    trial.retries(rows.waiting.id(), true, "it waits for its retry").await?;
    let when = "it waited, and was retried";
    trial.is_in(rows.waiting.id(), State::Waiting, when).await?;
    let [again] = trial.takes(&wanted(LONG), ["waiting"], when).await?;
    is_attempt(&again, 2, false, when)?;
    trial.finishes(&again.held, when).await?;

    for (held, state) in [
        (&rows.done, State::Done),
        (&rows.dead, State::Dead),
        (&rows.discarded, State::Discarded),
        (&rows.running, State::Running),
    ] {
        trial.retries(held.id(), false, state.name()).await?;
        trial.is_in(held.id(), state, &format!("{}, and not retried", state.name())).await?;
    }
    trial.retries(UNKNOWN, false, "there is no such row").await?;
    trial.takes_nothing("no other row is waiting").await?;
    trial.finishes(&rows.running, "held, and not retried").await
}
