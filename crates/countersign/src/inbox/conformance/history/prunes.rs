//! Rows that are removed.

use std::time::Duration;

use super::super::{
    super::InboxHistory,
    samples::entry,
    trial::{LONG, Outcome, SHORT, Trial},
};

pub(in super::super) async fn old<S: InboxHistory>(trial: Trial<S>) -> Outcome {
    let rows = trial.one_in_each_state().await?;
    let all = ["done", "dead", "discarded", "running", "waiting"];
    let when = "no row is old";
    trial.prunes(LONG, usize::MAX, 0, when).await?;
    trial.prunes(Duration::MAX, usize::MAX, 0, when).await?;
    trial.are_duplicates(&all, when).await?;

    trial.outlive(SHORT).await;
    trial.prunes(SHORT, usize::MAX, 2, "one row is done, and one is discarded").await?;
    trial.are_duplicates(&["dead", "running", "waiting"], "others were pruned").await?;
    for (held, name) in [(&rows.done, "done"), (&rows.discarded, "discarded")] {
        trial.has_no_row(held.id(), "pruned").await?;
        let again = trial.holds(name, LONG).await?;
        trial.finishes(&again, "accepted again, after it was pruned").await?;
    }

    trial.prunes(Duration::ZERO, 0, 0, "no row is wanted").await?;
    trial.prunes(Duration::ZERO, 1, 1, "two rows are done, and one is wanted").await?;

    let slow = trial.holds("slow", LONG).await?;
    let is_set = trial.pass(LONG / 2);
    trial.finishes(&slow, "held").await?;
    if is_set {
        let when = "one row is done for half an hour, and one has only now become done";
        trial.prunes(LONG / 2, usize::MAX, 1, when).await?;
        trial.prunes(Duration::ZERO, usize::MAX, 1, "one row is done").await?;
    } else {
        trial.prunes(Duration::ZERO, usize::MAX, 2, "two rows are done").await?;
    }
    trial.finishes(&rows.running, "it was not pruned").await?;
    trial.are_duplicates(&["dead", "running", "waiting"], "others were pruned").await?;
    trial.is_new(&entry("slow")?, "pruned").await
}
