//! The same behavior on five surfaces: each row of the table is sent to all of them, over real
//! sockets, and must get the same answers.
//!
//! Each row is a test. The rows with `stripe` in their names run with
//! `cargo test -p countersign-tests --all-features --test parity -- stripe`, and one row runs with
//! `-- --exact 'timed::stripe, now'`.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod complaint;
mod fire;
mod group;
mod post;
mod receivers;
mod row;
mod table;

use std::{collections::BTreeSet, process::ExitCode};

use libtest_mimic::Arguments;

use receivers::Receivers;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let (mut rows, mut tests) = (BTreeSet::new(), BTreeSet::new());
    let mut trials = Vec::new();
    for group in table::GROUPS.iter().filter(|group| group.may_be_chosen(&arguments)) {
        for row in group.rows() {
            assert!(rows.insert((group.settings, row.name)), "two rows are named {:?}", row.name);
            let trial = group.trial(row);
            assert!(tests.insert(trial.name().to_owned()), "two tests are named {}", trial.name());
            trials.push(trial);
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    Receivers::stop_idle();
    conclusion.exit_code()
}
