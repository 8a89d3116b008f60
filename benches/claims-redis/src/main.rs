//! Claims per second in Redis with 64 tasks on one connection, beside the bare commands that
//! manuals show: `SET key 1 NX PX`, which has neither an owner of the claim nor a way to release
//! it, and `EXISTS` before `SET`, which lets two workers claim at once.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-claims-redis
//! ```
//!
//! Needs Redis (`apt-get install redis-server`). The bench starts a server of its own on the
//! loopback, which writes nothing to the disk.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod load;
mod server;
mod subject;

use std::{error::Error, time::Duration};

use clap::Parser;
use countersign_bench::{Bound, Report, Row, Samples, Table};

use crate::{
    load::Load,
    server::Server,
    subject::{Event, Subject},
};

/// Measures claims in Redis.
#[derive(Clone, Debug, Parser)]
struct Arguments {
    /// Turns of each subject, after one that does not count.
    #[arg(long, default_value_t = 15)]
    rounds: usize,
    /// Events of a turn.
    #[arg(long, default_value_t = 64_000)]
    events: usize,
    /// Tasks that claim at the same time.
    #[arg(long, default_value_t = 64)]
    tasks: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let measured = measure(&arguments);
        // After the timeout, dropping the future stops the server.
        tokio::time::timeout(Duration::from_secs(1800), measured).await?
    })
}

async fn measure(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let Some((server, _redis)) = Server::start().await? else { return Ok(()) };
    let mut report = Report::of_this_machine();
    let Arguments { rounds, events, tasks } = arguments;
    report.conditions.push(("rounds".to_owned(), rounds.to_string()));
    let load = format!("{events} events, {tasks} tasks, one connection");
    report.conditions.push(("a turn".to_owned(), load));

    let mut measured: Vec<_> = Subject::ALL.map(|subject| (subject, Measured::default())).into();
    for round in 0..=*rounds {
        for place in 0..measured.len() {
            // Each round begins with another subject. The first round only warms up.
            let index = (place + round) % measured.len();
            let (subject, figures) = &mut measured[index];
            let turn = Load::of(*subject, &server, arguments).await?;
            if round > 0 {
                figures.rate.0.push(turn.rate);
                figures.half_within.0.push(turn.half_within);
                figures.almost_all_within.0.push(turn.almost_all_within);
            }
        }
    }
    report.tables.push(table(&measured));
    let over = |subject: Subject, other: Subject| {
        let of = |one| &measured.iter().find(|(subject, _)| *subject == one).unwrap().1.rate;
        of(subject).over(of(other)).median()
    };
    let budget = over(Subject::Claim(Event::New), Subject::Bare(Event::New));
    report.budget("15", "a new event: claim / bare SET NX PX", budget, Bound::AtLeast(0.8));
    report.print();
    Ok(report.write("claims-redis-bench.json")?)
}

/// The figures of all rounds.
#[derive(Default)]
struct Measured {
    rate: Samples,
    half_within: Samples,
    almost_all_within: Samples,
}

fn table(measured: &[(Subject, Measured)]) -> Table {
    let columns =
        ["events/s, median", "lower quartile", "upper quartile", "p50, us", "p99, us", "of bare"];
    let rows = measured.iter().map(|(subject, figures)| {
        let bare = measured.iter().find(|(other, _)| *other == subject.bare());
        let of_bare = bare.map(|(_, bare)| figures.rate.over(&bare.rate).median());
        Row {
            name: subject.name().to_owned(),
            figures: vec![
                Some(figures.rate.median().round()),
                Some(figures.rate.quantile(0.25).round()),
                Some(figures.rate.quantile(0.75).round()),
                Some(figures.half_within.median().round()),
                Some(figures.almost_all_within.median().round()),
                of_bare,
            ],
        }
    });
    Table {
        title: "Claims in Redis".to_owned(),
        columns: columns.map(str::to_owned).into(),
        rows: rows.collect(),
    }
}
