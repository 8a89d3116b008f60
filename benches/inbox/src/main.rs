//! Deliveries per second into an inbox in SQLite, beside bare insertions that share commits and
//! beside a job queue, and out of it.
//!
//! ```sh
//! cargo run --release --manifest-path benches/inbox/Cargo.toml
//! ```
//!
//! The files are in the directory for temporary files, which must be on a real disk: each commit
//! waits for it.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod apalis;
mod bare;
mod console;
mod deliveries;
mod drain;
mod growth;
mod http;
mod load;
mod nats;
mod postgres;
mod waiting;
mod workers;

use std::error::Error;

use clap::{Parser, ValueEnum};
use countersign_bench::{Bound, Report, Row, Samples, Table};

use crate::{
    http::Receiver,
    load::{Load, Subject},
};

/// Measures an inbox in SQLite.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// What is measured.
    #[arg(long, value_delimiter = ',', default_values_t = [Part::Accepts, Part::Drain, Part::Http])]
    parts: Vec<Part>,
    /// Turns of each subject, after one that does not count.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Deliveries of a turn with 256 in flight. Turns with fewer in flight have fewer deliveries.
    #[arg(long, default_value_t = 60_000)]
    deliveries: usize,
    /// The deliveries that are under way at once.
    #[arg(long, value_delimiter = ',', default_values_t = [1, 8, 64, 256])]
    in_flight: Vec<usize>,
    /// Deliveries that are drained.
    #[arg(long, default_value_t = 10_000)]
    drained: usize,
    /// Deliveries that are done, for the part `growth`.
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000, 10_000_000])]
    done: Vec<usize>,
    /// Deliveries that wait.
    #[arg(long, default_value_t = 1_000_000)]
    waiting: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Deliveries into the inbox.
    Accepts,
    /// Deliveries out of the inbox.
    Drain,
    /// Deliveries over HTTP.
    Http,
    /// Pages of the console over very many deliveries.
    Console,
    /// Memory, file and lists while very many deliveries wait.
    Waiting,
    /// Deliveries into an inbox in PostgreSQL.
    Postgres,
    /// An inbox in PostgreSQL that remembers very many deliveries.
    Growth,
    /// Several workers of an inbox in PostgreSQL.
    Workers,
    /// Deliveries into an inbox in NATS JetStream and out of it, and its size.
    Nats,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.to_possible_value().map_or(Ok(()), |value| f.write_str(value.get_name()))
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(measure(&arguments))
}

async fn measure(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let mut report = Report::of_this_machine();
    report.conditions.push(("rounds".to_owned(), arguments.rounds.to_string()));
    for part in &arguments.parts {
        match part {
            Part::Accepts => {
                for &in_flight in &arguments.in_flight {
                    accepts(arguments, in_flight, &mut report).await?;
                }
            }
            Part::Drain => drain(arguments, &mut report).await?,
            Part::Http => over_http(arguments, &mut report).await?,
            Part::Nats => nats::measure(arguments, &mut report).await?,
            Part::Postgres => in_postgres(arguments, &mut report).await?,
            Part::Growth => {
                let Some(database) = postgres::Database::start().await? else { continue };
                report.tables.push(growth::measure(&database, &arguments.done).await?);
            }
            Part::Workers => {
                let Some(database) = postgres::Database::start().await? else { continue };
                let (rounds, drained) = (arguments.rounds.max(1), 2 * arguments.drained);
                report.tables.push(workers::measure(&database, rounds, drained).await?);
            }
            Part::Console => console::measure(arguments.waiting, &mut report).await?,
            Part::Waiting => report.tables.push(waiting::measure(arguments.waiting).await?),
        }
    }
    report.print();
    Ok(report.write("inbox-bench.json")?)
}

/// Measures the front half.
async fn accepts(
    arguments: &Arguments,
    in_flight: usize,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let deliveries = arguments.deliveries * in_flight.clamp(64, 256) / 256;
    let mut measured = Subject::ALL.map(|subject| (subject, Measured::default()));
    for round in 0..=arguments.rounds {
        for place in 0..measured.len() {
            // Each round begins with another subject. The first round only warms up.
            let (subject, figures) = &mut measured[(place + round) % Subject::ALL.len()];
            // The job queue has no shared commits, so that its turns are short enough with less.
            let share = if *subject == Subject::Apalis { 8 } else { 1 };
            let turn = Load::of(*subject, deliveries / share, in_flight).await?;
            if round > 0 {
                figures.add(&turn);
            }
        }
    }
    let [(_, inbox), (_, bare), (_, apalis)] = &measured;
    let what = format!("accepts with {in_flight} in flight: inbox / bare insertions");
    let ratio = inbox.rate.over(&bare.rate).median();
    report.budget("22", &what, ratio, Bound::AtLeast(0.8));
    if let Some(bound) = [(8, 4.0), (64, 12.0)].iter().find(|(places, _)| *places == in_flight) {
        let what = format!("accepts with {in_flight} in flight: inbox / apalis-sqlite");
        let ratio = inbox.rate.over(&apalis.rate).median();
        report.budget("22", &what, ratio, Bound::AtLeast(bound.1));
    }
    report.tables.push(Table {
        title: format!("{in_flight} in flight, {deliveries} deliveries of 1 KiB"),
        columns: columns("of bare"),
        rows: measured.iter().map(|(subject, figures)| figures.row(subject.name(), bare)).collect(),
    });
    Ok(())
}

/// Measures the back half.
async fn drain(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let (mut rates, mut waits) = (Samples::default(), Samples::default());
    for _ in 0..arguments.rounds.max(1) {
        rates.0.push(drain::rate(arguments.drained).await?);
        waits.0.push(drain::wait().await?);
    }
    let what = "drained deliveries/s, empty handler";
    report.budget("24", what, rates.median(), Bound::AtLeast(5000.0));
    let what = "commit to handler, idle, ms (p50)";
    report.budget("24", what, waits.median(), Bound::AtMost(5.0));
    Ok(())
}

/// Measures verified deliveries over 64 connections.
async fn over_http(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let mut measured = Receiver::ALL.map(|receiver| (receiver, Measured::default()));
    for round in 0..=arguments.rounds {
        for place in 0..measured.len() {
            let (receiver, figures) = &mut measured[(place + round) % Receiver::ALL.len()];
            let turn = receiver.load(arguments.deliveries, CONNECTIONS).await?;
            if round > 0 {
                figures.add(&turn);
            }
        }
    }
    let [(_, inbox), (_, at_once)] = &measured;
    let what = format!("requests/s over HTTP with the inbox, {CONNECTIONS} connections");
    report.budget("25", &what, inbox.rate.median(), Bound::AtLeast(10_000.0));
    report.tables.push(Table {
        title: format!("Over HTTP, {CONNECTIONS} connections, {} deliveries", arguments.deliveries),
        columns: columns("of no inbox"),
        rows: measured
            .iter()
            .map(|(receiver, figures)| figures.row(receiver.name(), at_once))
            .collect(),
    });
    Ok(())
}

/// Measures deliveries into PostgreSQL.
async fn in_postgres(arguments: &Arguments, report: &mut Report) -> Result<(), Box<dyn Error>> {
    let Some(database) = postgres::Database::start().await? else { return Ok(()) };
    for &in_flight in &arguments.in_flight {
        let subjects = postgres::Subject::ALL;
        let mut measured =
            subjects.map(|subject| (subject, Measured::default(), Samples::default()));
        let deliveries = arguments.deliveries / 8;
        for round in 0..=arguments.rounds {
            for place in 0..measured.len() {
                let (subject, figures, processor) = &mut measured[(place + round) % subjects.len()];
                let (turn, time) = database.load(*subject, deliveries, in_flight).await?;
                if round > 0 {
                    figures.add(&turn);
                    processor.0.push(time);
                }
            }
        }
        let [inbox, bare, prepared, bare_prepared] = &measured;
        for (what, ours, base) in [("unnamed", inbox, bare), ("prepared", prepared, bare_prepared)]
        {
            let what = format!("PostgreSQL, {in_flight} in flight, {what}: inbox / bare insertion");
            let ratio = ours.1.rate.over(&base.1.rate).median();
            report.budget("23", &what, ratio, Bound::AtLeast(0.8));
        }
        report.tables.push(Table {
            title: format!("PostgreSQL, {in_flight} in flight, {deliveries} deliveries of 1 KiB"),
            columns: [columns("of bare"), columns_of_processor()].concat(),
            rows: measured
                .iter()
                .enumerate()
                .map(|(place, (subject, figures, processor))| {
                    let base = if place < 2 { bare } else { bare_prepared };
                    let mut row = figures.row(subject.name(), &base.1);
                    row.figures.push(Some(processor.median().round()));
                    row.figures.push(Some(base.2.over(processor).median()));
                    row
                })
                .collect(),
        });
    }
    Ok(())
}

fn columns_of_processor() -> Vec<String> {
    ["processor time, us", "processor time of bare / own"].map(str::to_owned).into()
}

const CONNECTIONS: usize = 64;

fn columns(ratio: &str) -> Vec<String> {
    ["deliveries/s, median", "p50, us", "p99, us", ratio].map(str::to_owned).into()
}

/// The figures of all rounds.
#[derive(Default)]
struct Measured {
    rate: Samples,
    half_within: Samples,
    almost_all_within: Samples,
}

impl Measured {
    fn add(&mut self, turn: &Load) {
        self.rate.0.push(turn.rate);
        self.half_within.0.push(turn.half_within);
        self.almost_all_within.0.push(turn.almost_all_within);
    }

    fn row(&self, name: &str, base: &Self) -> Row {
        let figures = [
            self.rate.median().round(),
            self.half_within.median().round(),
            self.almost_all_within.median().round(),
            self.rate.over(&base.rate).median(),
        ];
        Row { name: name.to_owned(), figures: figures.map(Some).into() }
    }
}
