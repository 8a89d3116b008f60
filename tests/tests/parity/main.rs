//! One behaviour on five surfaces: each row of the table is fired at all of them, over real
//! sockets, and answered alike.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod fire;
mod post;
mod row;
mod table;

use std::{collections::BTreeSet, thread};

use fire::{Receiver, Seen};
use row::{Expected, Row};

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];

/// Deadlines that a busy machine keeps, whichever row it sends.
const PATIENT: [&str; 4] = ["--header-deadline", "60", "--body-deadline", "60"];

#[test]
fn every_row_on_every_surface() {
    compare(&table::rows(), &PATIENT);
}

#[test]
fn every_row_that_is_left_to_the_servers() {
    // A connection ends with its last answer, or at this deadline.
    compare(&table::rows_left_to_the_servers(), &["--header-deadline", "2"]);
}

#[test]
fn every_deadline_on_every_surface() {
    compare(&table::rows_that_meet_a_deadline(), &["--body-deadline", "1", "--answer-unsigned"]);
}

#[test]
fn every_duplicate_on_every_surface() {
    compare(&table::rows_handled_once(), &[&PATIENT[..], &["--idempotency", "memory"]].concat());
}

#[test]
fn every_answer_of_ones_own_on_every_surface() {
    compare(&table::rows_of_own_answers(), &[&PATIENT[..], &["--own-answers"]].concat());
}

#[test]
fn every_unsigned_request_on_every_surface() {
    compare(&table::rows_of_unsigned_requests(), &[&PATIENT[..], &["--answer-unsigned"]].concat());
}

/// Fires the rows at receivers with these arguments on all surfaces.
fn compare(rows: &[Row], arguments: &[&str]) {
    let names: BTreeSet<_> = rows.iter().map(|row| row.name).collect();
    assert_eq!(names.len(), rows.len(), "two rows of one name");

    // A surface at a time is fired at by one thread, and the surfaces at once.
    let seen: Vec<Vec<Result<Seen, String>>> = thread::scope(|scope| {
        let threads: Vec<_> = SURFACES
            .map(|surface| {
                scope.spawn(move || {
                    let mut receiver = Receiver::start(surface, arguments);
                    rows.iter().map(|row| receiver.fire(row)).collect()
                })
            })
            .into_iter()
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    let mut failures = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let first = seen[0][index].as_ref().ok();
        for (surface, seen) in SURFACES.iter().zip(&seen) {
            let complaint = match &seen[index] {
                Ok(seen) => row.complaint(surface, seen, first),
                Err(error) => Some(error.clone()),
            };
            failures.extend(complaint.map(|text| format!("{} on {surface}: {text}", row.name)));
        }
    }
    let ours = rows.iter().filter(|row| matches!(row.expected, Expected::Ours { .. })).count();
    println!("{} rows, {ours} of them ours, on {} surfaces", rows.len(), SURFACES.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

impl Row {
    /// What is wrong with what was seen, if anything. `first` is what the first surface did.
    fn complaint(&self, surface: &str, seen: &Seen, first: Option<&Seen>) -> Option<String> {
        match &self.expected {
            Expected::Ours { replies, effects } => {
                let told: Vec<_> = seen.replies.iter().map(row::Answer::of).collect();
                if &told != replies {
                    return Some(format!("answered {told:?} instead of {replies:?}"));
                }
                if &seen.effects != effects {
                    return Some(format!("did {:?} instead of {effects:?}", seen.effects));
                }
                let essence = |seen: &Seen| -> Vec<_> {
                    seen.replies.iter().map(countersign_tests::Reply::essence).collect()
                };
                let first = first.map(essence).unwrap_or_default();
                let mine = essence(seen);
                (mine != first).then(|| format!("{mine:?} is not {first:?}"))
            }
            Expected::Servers { hyper, actix } => {
                let allowed = if surface.starts_with("actix") { actix } else { hyper };
                let told: Vec<_> = seen.replies.iter().map(|reply| reply.status).collect();
                if !allowed.contains(&&*told) {
                    return Some(format!("answered {told:?}, none of {allowed:?}"));
                }
                (!seen.effects.is_empty()).then(|| format!("did {:?}", seen.effects))
            }
        }
    }
}
