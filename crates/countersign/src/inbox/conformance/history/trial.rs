//! The history of an inbox under test: its methods, with the result that is expected of each.

use std::time::Duration;

use super::super::{
    super::{Details, Filter, Held, InboxHistory, Row, RowId, State},
    samples::entry,
    trial::{LONG, Outcome, Trial, failed},
};

impl<S: InboxHistory> Trial<S> {
    pub(super) async fn list(&self, filter: &Filter) -> Outcome<Vec<Row>> {
        self.store.list(filter).await.map_err(|error| failed("list", &error))
    }

    pub(super) async fn get(&self, id: RowId, when: &str) -> Outcome<Details> {
        let details = self.store.get(id).await.map_err(|error| failed("get", &error))?;
        details.ok_or_else(|| format!("{when}: get returned None"))
    }

    pub(super) async fn has_no_row(&self, id: RowId, when: &str) -> Outcome {
        match self.store.get(id).await.map_err(|error| failed("get", &error))? {
            None => Ok(()),
            Some(_) => Err(format!("{when}: get returned a row")),
        }
    }

    pub(super) async fn is_in(&self, id: RowId, state: State, when: &str) -> Outcome {
        match self.get(id, when).await?.row.state {
            seen if seen == state => Ok(()),
            seen => Err(format!("{when}: the row is {}, not {}", seen.name(), state.name())),
        }
    }

    pub(super) async fn replays(&self, id: RowId, expected: bool, when: &str) -> Outcome {
        match self.store.replay(id).await.map_err(|error| failed("replay", &error))? {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{when}: replay returned {seen}, not {expected}")),
        }
    }

    pub(super) async fn retries(&self, id: RowId, expected: bool, when: &str) -> Outcome {
        match self.store.retry(id).await.map_err(|error| failed("retry", &error))? {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{when}: retry returned {seen}, not {expected}")),
        }
    }

    pub(super) async fn discards(&self, id: RowId, expected: bool, when: &str) -> Outcome {
        match self.store.discard(id).await.map_err(|error| failed("discard", &error))? {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{when}: discard returned {seen}, not {expected}")),
        }
    }

    pub(super) async fn marks_done(&self, id: RowId, expected: bool, when: &str) -> Outcome {
        let marked = self.store.mark_done(id, super::MARKED).await;
        match marked.map_err(|error| failed("mark_done", &error))? {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{when}: mark_done returned {seen}, not {expected}")),
        }
    }

    /// Removes rows, and checks that they were counted before.
    pub(super) async fn prunes(
        &self,
        age: Duration,
        most: usize,
        expected: usize,
        when: &str,
    ) -> Outcome {
        let counted = self.store.prunable(age, most).await;
        match counted.map_err(|error| failed("prunable", &error))? {
            seen if seen == expected => {}
            seen => return Err(format!("{when}: prunable returned {seen}, not {expected}")),
        }
        match self.store.prune(age, most).await.map_err(|error| failed("prune", &error))? {
            seen if seen == expected => Ok(()),
            seen => Err(format!("{when}: prune returned {seen}, not {expected}")),
        }
    }

    /// Makes one row in each state. The running one is held.
    pub(super) async fn one_in_each_state(&self) -> Outcome<Rows> {
        let done = self.holds("done", LONG).await?;
        self.finishes(&done, "held").await?;
        let dead = self.holds("dead", LONG).await?;
        self.buries(&dead, "held").await?;
        let discarded = self.holds("discarded", LONG).await?;
        self.fails(&discarded, 3 * LONG, "held").await?;
        self.discards(discarded.id(), true, "it waits for its retry").await?;
        let running = self.holds("running", LONG).await?;
        let waiting = self.holds("waiting", LONG).await?;
        self.fails(&waiting, 3 * LONG, "held").await?;
        Ok(Rows { done, dead, discarded, running, waiting })
    }

    /// Checks that the events of these rows are duplicates.
    pub(super) async fn are_duplicates(&self, names: &[&str], when: &str) -> Outcome {
        for name in names {
            self.is_duplicate(&entry(name)?, &format!("{when}: {name}")).await?;
        }
        Ok(())
    }
}

/// One row in each state, with its last attempt.
pub(super) struct Rows {
    pub(super) done: Held,
    pub(super) dead: Held,
    pub(super) discarded: Held,
    pub(super) running: Held,
    pub(super) waiting: Held,
}
