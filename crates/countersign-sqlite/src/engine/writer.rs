//! The thread that writes.
//!
//! While a commit waits for the disk, jobs arrive. The next transaction runs all of them, so that
//! the number of commits for each second, which the disk limits, does not limit the jobs.

use std::{
    slice,
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use countersign::inbox::StoreError;
use rusqlite::Connection;

use super::{Statements, job::Job};

/// Work that the thread does at intervals, in transactions of its own. It returns true if there is
/// more to do.
pub(crate) type Upkeep = Box<dyn FnMut(&mut Statements<'_>) -> rusqlite::Result<bool> + Send>;

/// Runs jobs until all senders are gone.
pub(super) fn run(connection: &Connection, jobs: &Receiver<Box<dyn Job>>, mut upkeep: Vec<Upkeep>) {
    let mut statements = Statements::new(connection);
    let mut next_upkeep = Instant::now();
    loop {
        match jobs.recv_timeout(next_upkeep.saturating_duration_since(Instant::now())) {
            Ok(first) => {
                let mut batch = vec![first];
                batch.extend(jobs.try_iter().take(MOST_JOBS - 1));
                run_together(&mut statements, batch);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if next_upkeep <= Instant::now() {
            // An error is temporary, or each job reports it as well.
            let has_more = upkeep
                .iter_mut()
                .fold(false, |has_more, work| work(&mut statements).unwrap_or(false) | has_more);
            next_upkeep = Instant::now() + if has_more { BREATH } else { UPKEEP_INTERVAL };
        }
    }
}

/// Runs jobs in one transaction, and answers them once it is committed. If one of them fails, each
/// job runs again in a transaction of its own. This is rare, and cheaper than a savepoint for each
/// job.
fn run_together(statements: &mut Statements<'_>, mut batch: Vec<Box<dyn Job>>) {
    batch.retain(|job| !job.is_given_up());
    if let [_, _, ..] = &batch[..] {
        match commit(statements, &mut batch) {
            Err(Failure::Job(_)) => {}
            Err(Failure::Transaction(error)) => {
                return batch.into_iter().for_each(|job| job.answer(Err(error.clone())));
            }
            Ok(()) => return batch.into_iter().for_each(|job| job.answer(Ok(()))),
        }
    }
    let mut failed = None;
    for mut job in batch {
        // While the file cannot be written, the other jobs would only wait for the same error.
        let committed = match &failed {
            Some(error) => Err(StoreError::clone(error)),
            None => {
                commit(statements, slice::from_mut(&mut job)).map_err(|failure| match failure {
                    Failure::Job(error) => error,
                    Failure::Transaction(error) => failed.insert(error).clone(),
                })
            }
        };
        job.answer(committed);
    }
}

/// The reason why a transaction was not committed.
enum Failure {
    /// The error of one of its jobs.
    Job(StoreError),
    /// The error of its beginning or of its commit, which has nothing to do with its jobs.
    Transaction(StoreError),
}

/// Runs jobs in one transaction.
fn commit(statements: &mut Statements<'_>, jobs: &mut [Box<dyn Job>]) -> Result<(), Failure> {
    let failed = |error| Failure::Transaction(StoreError::new(error));
    statements.execute("begin immediate", []).map_err(failed)?;
    let ran = jobs.iter_mut().try_for_each(|job| job.run(statements)).map_err(Failure::Job);
    end(statements, ran, failed)
}

/// Runs upkeep in one transaction.
pub(crate) fn within_transaction<T>(
    statements: &mut Statements<'_>,
    act: impl FnOnce(&mut Statements<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    statements.execute("begin immediate", [])?;
    let ran = act(statements);
    end(statements, ran, |error| error)
}

/// Commits the transaction, or rolls it back after an error.
fn end<T, E>(
    statements: &mut Statements<'_>,
    ran: Result<T, E>,
    wrap: impl FnOnce(rusqlite::Error) -> E,
) -> Result<T, E> {
    let ended = ran.and_then(|done| match statements.execute("commit", []) {
        Ok(_) => Ok(done),
        Err(error) => Err(wrap(error)),
    });
    if ended.is_err() && !statements.connection().is_autocommit() {
        // The first error is the one to report.
        let _ = statements.execute("rollback", []);
    }
    ended
}

/// Most jobs in one transaction, so that the first one does not wait long for its answer.
const MOST_JOBS: usize = 256;

/// Time between two rounds of upkeep if the first one left nothing to do.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(10);

/// Time between two rounds of upkeep if the first one left work to do. Meanwhile, jobs and other
/// processes can write to the file.
const BREATH: Duration = Duration::from_millis(10);
