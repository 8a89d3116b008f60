//! Deliveries per second into an inbox in SQLite, beside bare insertions that share commits, and
//! out of it.
//!
//! ```sh
//! cargo run --release --manifest-path benches/inbox/Cargo.toml
//! ```
//!
//! The files are in the directory for temporary files, which must be on a real disk: each commit
//! waits for it.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod bare;
mod deliveries;
mod drain;
mod load;

use std::error::Error;

use clap::Parser;
use countersign_bench::{Bound, Report, Row, Samples, Table};

use crate::load::{Load, Subject};

/// Measures an inbox in SQLite.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Turns of each subject, after one that does not count.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Deliveries of a turn with 256 in flight. Turns with fewer in flight have fewer deliveries.
    #[arg(long, default_value_t = 20_000)]
    deliveries: usize,
    /// Deliveries that are drained.
    #[arg(long, default_value_t = 10_000)]
    drained: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut report = Report::of_this_machine();
    report.conditions.push(("rounds".to_owned(), arguments.rounds.to_string()));
    for in_flight in [1, 8, 64, 256] {
        let (table, ratio) = accepts(arguments, in_flight).await?;
        report.tables.push(table);
        let what = format!("accepts with {in_flight} in flight: inbox / bare insertions");
        report.budget("22", &what, ratio, Bound::AtLeast(0.8));
    }
    let mut rates = Samples::default();
    let mut waits = Samples::default();
    for _ in 0..arguments.rounds.max(1) {
        rates.0.push(drain::rate(arguments.drained).await?);
        waits.0.push(drain::wait().await?);
    }
    report.budget(
        "24",
        "drained deliveries/s, empty handler",
        rates.median(),
        Bound::AtLeast(5000.0),
    );
    report.budget("24", "commit to handler, idle, ms (p50)", waits.median(), Bound::AtMost(5.0));
    report.print();
    Ok(report.write("inbox-bench.json")?)
}

/// Measures the front half. Returns the ratio of the rates.
async fn accepts(arguments: &Arguments, in_flight: usize) -> Result<(Table, f64), Box<dyn Error>> {
    let deliveries = arguments.deliveries * in_flight.clamp(8, 256) / 256;
    let mut measured = Subject::ALL.map(|subject| (subject, Measured::default()));
    for round in 0..=arguments.rounds {
        for place in 0..measured.len() {
            // Each round begins with the other subject. The first round only warms up.
            let (subject, figures) = &mut measured[(place + round) % Subject::ALL.len()];
            let turn = Load::of(*subject, deliveries, in_flight).await?;
            if round > 0 {
                figures.rate.0.push(turn.rate);
                figures.half_within.0.push(turn.half_within);
                figures.almost_all_within.0.push(turn.almost_all_within);
            }
        }
    }
    let [(_, inbox), (_, bare)] = &measured;
    let ratio = inbox.rate.over(&bare.rate).median();
    let rows = measured.iter().map(|(subject, figures)| Row {
        name: subject.name().to_owned(),
        figures: vec![
            Some(figures.rate.median().round()),
            Some(figures.half_within.median().round()),
            Some(figures.almost_all_within.median().round()),
            Some(figures.rate.over(&bare.rate).median()),
        ],
    });
    let columns = ["deliveries/s, median", "p50, us", "p99, us", "of bare"];
    let table = Table {
        title: format!("{in_flight} in flight, {deliveries} deliveries of 1 KiB"),
        columns: columns.map(str::to_owned).into(),
        rows: rows.collect(),
    };
    Ok((table, ratio))
}

/// The figures of all rounds.
#[derive(Default)]
struct Measured {
    rate: Samples,
    half_within: Samples,
    almost_all_within: Samples,
}
