//! Rates and waiting times by the number of connections.

use countersign_bench::{
    Report, Row, Samples, Table,
    servers::{Framework, Handler},
};

use crate::{
    Outcome, Settings,
    process::Process,
    subject::Subject,
    wrk::{self, Script, fire},
};

/// Measures 1 KiB with 1 to 256 connections.
pub(crate) async fn run(settings: &Settings) -> Outcome<()> {
    wrk::check()?;
    let mut report = Report::of_this_machine();
    let turns = format!("{} of {} s", settings.rounds, settings.seconds);
    report.conditions.push(("turns".to_owned(), turns));
    let mut running = Vec::new();
    for framework in [Framework::Axum, Framework::Actix] {
        for handler in [Handler::Bare, Handler::Raw, Handler::Extractor, Handler::Behind] {
            let subject = Subject::of(framework, handler);
            running.push((Process::start(&subject.program, settings)?, subject));
        }
    }
    let script = Script::new("signed-1024", &running[0].1.delivery(1024))?;
    let mut rates = vec![vec![Samples::default(); COUNTS.len()]; running.len()];
    let mut slowest = rates.clone();
    for round in 0..=settings.rounds as usize {
        eprintln!("round {round} of {}", settings.rounds);
        for (place, count) in COUNTS.into_iter().enumerate() {
            for turn in 0..running.len() {
                let index = (turn + round) % running.len();
                let seconds = if round == 0 { 1 } else { settings.seconds };
                let addr = running[index].0.addr();
                let turn = fire(addr, &script, count, seconds, settings).await?;
                if turn.refused + turn.broken > 0 {
                    return Err(format!("{} fails: {turn:?}", running[index].1.name).into());
                }
                if round > 0 {
                    rates[index][place].0.push(turn.requests_per_second);
                    slowest[index][place].0.push(turn.almost_all_within);
                }
            }
        }
    }
    let mut table = |title: &str, samples: &[Vec<Samples>]| {
        let rows = running.iter().zip(samples).map(|((_, subject), samples)| Row {
            name: subject.name.clone(),
            figures: samples.iter().map(|samples| Some(samples.median().round())).collect(),
        });
        report.tables.push(Table {
            title: title.to_owned(),
            columns: COUNTS.map(|count| count.to_string()).into(),
            rows: rows.collect(),
        });
    };
    table("Requests/s by connections, 1 KiB", &rates);
    table("p99 in us by connections, 1 KiB", &slowest);
    report.print();
    Ok(report.write("http-connections-bench.json")?)
}

const COUNTS: [u32; 5] = [1, 4, 16, 64, 256];
