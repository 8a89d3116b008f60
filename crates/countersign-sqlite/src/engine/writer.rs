//! The thread that writes.
//!
//! While a commit waits for the disk, jobs arrive. The next transaction runs all of them, so that
//! the number of commits for each second, which the disk limits, does not limit the jobs.

use std::{
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

/// Runs jobs in one transaction, and answers them once it is committed.
fn run_together(statements: &mut Statements<'_>, mut batch: Vec<Box<dyn Job>>) {
    batch.retain(|job| !job.is_given_up());
    if batch.is_empty() {
        return;
    }
    let begun = statements.execute("begin immediate", []).map_err(StoreError::new);
    let ran = begun.and_then(|_| batch.iter_mut().try_for_each(|job| run_apart(statements, job)));
    let committed = end(statements, ran, StoreError::new);
    for job in batch {
        job.answer(committed.clone());
    }
}

/// Runs one job of a transaction. If it fails, only its own changes are undone. Returns an error if
/// the transaction cannot go on.
fn run_apart(statements: &mut Statements<'_>, job: &mut Box<dyn Job>) -> Result<(), StoreError> {
    statements.execute("savepoint job", []).map_err(StoreError::new)?;
    if let Err(error) = job.run(statements) {
        // After some errors, such as a full disk, SQLite itself rolls the transaction back.
        if statements.connection().is_autocommit() {
            return Err(error);
        }
        statements.execute("rollback to job", []).map_err(StoreError::new)?;
    }
    statements.execute("release job", []).map_err(StoreError::new)?;
    Ok(())
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

/// Time between two rounds of upkeep that found nothing more to do.
const UPKEEP_INTERVAL: Duration = Duration::from_secs(10);

/// Time between two rounds of upkeep otherwise, for the jobs and for other processes.
const BREATH: Duration = Duration::from_millis(10);
