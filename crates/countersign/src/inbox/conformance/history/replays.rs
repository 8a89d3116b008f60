//! Rows that are replayed.

use super::{
    super::{
        super::{Filter, InboxHistory, State, Wanted},
        samples::entry,
        trial::{LONG, Outcome, Trial, is_attempt, wanted},
    },
    UNKNOWN,
};

pub(in super::super) async fn ended<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let rows = trial.one_in_each_state().await?;
    let once = Wanted { attempts: 1, ..wanted(LONG) };
    for (held, name) in [
        (&rows.done, "done"),
        (&rows.dead, "dead"),
        (&rows.discarded, "discarded"),
        (&rows.waiting, "waiting"),
    ] {
        trial.replays(held.id(), true, name).await?;
        let when = format!("it was {name}, and was replayed");
        trial.is_in(held.id(), State::Waiting, &when).await?;
        trial.is_duplicate(&entry(name)?, &when).await?;
        let [again] = trial.takes(&once, [name], &when).await?;
        is_attempt(&again, 1, false, &when)?;
        if again.held.id() != held.id() {
            return Err(format!("{when}: its number is {}, not {}", again.held.id(), held.id()));
        }
        trial.has_lost(held, &format!("{when} and taken")).await?;
        trial.finishes(&again.held, &when).await?;
        trial.is_in(held.id(), State::Done, &format!("{when} and finished")).await?;
    }
    trial.is_new(&entry("new")?, "not accepted before").await?;
    let new = trial.list(&Filter::new().most(1)).await?;
    let Some(new) = new.first() else { return Err("a new row is not listed".to_owned()) };
    trial.replays(new.id, true, "the first attempt is due").await?;
    let [new] = trial.takes(&once, ["new"], "replayed before the first attempt").await?;
    is_attempt(&new, 1, false, "replayed before the first attempt")
}

pub(in super::super) async fn running<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let held = trial.holds("event", LONG).await?;
    trial.replays(held.id(), false, "running").await?;
    trial.takes_nothing("running, and not replayed").await?;
    trial.is_in(held.id(), State::Running, "running, and not replayed").await?;
    trial.replays(UNKNOWN, false, "there is no such row").await?;
    trial.finishes(&held, "held, and not replayed").await
}
