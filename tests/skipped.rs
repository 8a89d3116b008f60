//! Sums up the tests that were skipped because this machine lacks a program. Cargo runs the test
//! targets of a package in the order of their names, so this one runs last; the doc tests follow.

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

fn main() {
    // nextest lists tests first, and there is none here.
    if env::args().any(|argument| argument == "--list") {
        return;
    }
    let Some(file) = countersign_tests::skipped_tests() else { return };
    let Ok(lines) = fs::read_to_string(&file) else {
        println!("\nno test was skipped");
        return;
    };
    // A run that was interrupted leaves its lines here, and the next run repeats them.
    let skipped: BTreeSet<_> = lines.lines().filter_map(|line| line.split_once(": ")).collect();
    let mut counts = BTreeMap::<_, usize>::new();
    for (_, reason) in &skipped {
        *counts.entry(reason).or_default() += 1;
    }
    let reasons: Vec<_> =
        counts.iter().map(|(reason, count)| format!("{count}: {reason}")).collect();
    println!("\nSKIPPED {} tests on this machine ({})", skipped.len(), reasons.join("; "));
    // The next run counts anew.
    let _ = fs::remove_file(file);
}
