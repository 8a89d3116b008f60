//! The thread that reads.

use std::sync::mpsc::Receiver;

use rusqlite::Connection;

use super::{Statements, job::Job};

/// Runs one job after another until all senders are gone.
pub(super) fn run(connection: &Connection, jobs: &Receiver<Box<dyn Job>>) {
    let mut statements = Statements::new(connection);
    for mut job in jobs {
        if !job.is_given_up() {
            let outcome = job.run(&mut statements);
            job.answer(outcome);
        }
    }
}
