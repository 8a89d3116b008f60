//! Claims of ids in memory: ours, and bare maps and caches.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-claims-memory
//! ```
//!
//! Each subject runs in a process of its own, so that its memory can be measured. Time in which
//! other processes have the core is not counted, so that a busy machine does less harm.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod figures;
mod process;
mod subject;

use std::{
    io,
    process::{Command, Stdio},
};

use clap::Parser;
use countersign_bench::{Bound, Report, Row, Samples, Table};

use crate::{figures::Figures, subject::Subject};

/// Measures claims of ids in memory.
#[derive(Debug, Parser)]
struct Arguments {
    /// Turns of each subject.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Ids that are live at the end.
    #[arg(long, default_value_t = 10_000_000)]
    ids: u64,
    /// Measures only this subject, in this process, and prints its figures as JSON.
    #[arg(long, hide = true)]
    fill: Option<Subject>,
}

fn main() -> io::Result<()> {
    let Arguments { rounds, ids, fill } = Arguments::parse();
    if let Some(subject) = fill {
        println!("{}", serde_json::to_string(&subject.fill(ids))?);
        return Ok(());
    }
    let mut report = Report::of_this_machine();
    let mut measured: Vec<_> = Subject::ALL.map(|subject| (subject, Vec::new())).into();
    for _ in 0..rounds {
        for (subject, figures) in &mut measured {
            figures.push(in_process(*subject, ids)?);
        }
    }
    report.conditions.push(("rounds".to_owned(), rounds.to_string()));
    report.tables.push(table(ids, &measured));
    budgets(&mut report, &measured[0].1);
    report.print();
    report.write("claims-memory-bench.json")
}

fn in_process(subject: Subject, ids: u64) -> io::Result<Figures> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--fill", subject.name(), "--ids", &ids.to_string()]);
    let output = command.stderr(Stdio::inherit()).output()?;
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Makes a table of the medians of all rounds.
fn table(ids: u64, measured: &[(Subject, Vec<Figures>)]) -> Table {
    let (_, ours) = &measured[0];
    let rows = measured.iter().map(|(subject, figures)| {
        let claim = samples(figures, |figures| figures.claim);
        let mut row: Vec<_> = COLUMNS.map(|(_, of)| Some(samples(figures, of).median())).into();
        row.push(Some(claim.over(&samples(ours, |figures| figures.claim)).median()));
        Row { name: subject.title().to_owned(), figures: row }
    });
    let columns = COLUMNS.map(|(column, _)| column).into_iter().chain(["new claim, over ours"]);
    Table {
        title: format!("{ids} live ids in memory"),
        rows: rows.collect(),
        columns: columns.map(str::to_owned).collect(),
    }
}

fn budgets(report: &mut Report, ours: &[Figures]) {
    for (what, of, limit) in [
        ("bytes per live id", (|figures| figures.bytes) as fn(&Figures) -> f64, 64.0),
        ("ns per new claim", |figures| figures.claim, 1000.0),
        ("ns per duplicate", |figures| figures.duplicate, 1000.0),
        ("longest claim, ms", |figures| figures.longest_running, 10.0),
    ] {
        report.budget("14", what, samples(ours, of).median(), Bound::AtMost(limit));
    }
}

fn samples(figures: &[Figures], of: impl Fn(&Figures) -> f64) -> Samples {
    Samples(figures.iter().map(of).collect())
}

type Column = (&'static str, fn(&Figures) -> f64);

const COLUMNS: [Column; 7] = [
    ("ns per new claim", |figures| figures.claim),
    ("ns per duplicate", |figures| figures.duplicate),
    ("ns per completion", |figures| figures.complete),
    ("ns per key", |figures| figures.key),
    ("bytes per id", |figures| figures.bytes),
    ("longest claim, ms", |figures| figures.longest_running),
    ("the same, waiting for a core, ms", |figures| figures.longest),
];
