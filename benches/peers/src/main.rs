//! A whole verification of one delivery, from the headers to the verdict: ours, only the MAC, and
//! crates with the same purpose; then ours as work grows.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-peers
//! ```
//!
//! With `--features webhooksmith`, that crate is measured as well. It takes a while to build.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod growth;
mod plain;
mod standard;
mod table;

use std::{io, time::Duration};

use clap::Parser;
use countersign_bench::{Bound, Report, Rounds};

/// Measures a whole verification.
#[derive(Debug, Parser)]
struct Arguments {
    /// Turns of each subject.
    #[arg(long, default_value_t = 60)]
    rounds: u32,
    /// Length of a turn, which has at least one verification.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 4)]
    turn: u64,
}

/// Sizes of the body, in bytes.
const SIZES: [usize; 6] = [64, 512, 1024, 16 * 1024, 64 * 1024, 1024 * 1024];

fn main() -> io::Result<()> {
    let Arguments { rounds, turn } = Arguments::parse();
    let rounds = Rounds { count: rounds, turn: Duration::from_millis(turn) };
    let mut report = Report::of_this_machine();
    report.conditions.push(("rounds".to_owned(), rounds.count.to_string()));
    for size in SIZES {
        let plain = plain::measure(size, rounds);
        report.tables.push(plain.table(&format!("Hex HMAC-SHA256 over the body, {size} B")));
        if let Some(bound) = [(1024, 1.12), (64 * 1024, 1.01)].iter().find(|(at, _)| *at == size) {
            let what = format!("{size} B: verify / raw pre-keyed HMAC");
            let ratio = plain.ratio(plain::OURS, plain::FLOOR);
            report.budget("1", &what, ratio, Bound::AtMost(bound.1));
        }
        let standard = standard::measure(size, rounds);
        report.tables.push(standard.table(&format!("Standard Webhooks, {size} B")));
        for peer in [standard::SVIX, standard::STANDARDWEBHOOKS] {
            let what = format!("{size} B: {peer} / ours");
            let ratio = standard.ratio(peer, standard::OURS);
            report.budget("2", &what, ratio, Bound::AtLeast(4.5));
        }
    }
    growth::measure(&mut report, rounds);
    report.print();
    report.write("peers-bench.json")
}
