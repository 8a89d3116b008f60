//! A comparison of all servers, in turn.

use countersign_bench::{
    Bound, Report, Row, Samples, Table,
    servers::{Framework, Handler, Server},
};

use crate::{
    Outcome, Settings, client,
    process::Process,
    subject::{self, Subject, subjects},
    wrk::{self, Script, fire},
};

/// A server and its figures.
struct Measured {
    subject: Subject,
    process: Process,
    script: Script,
    rate: Samples,
    half_within: Samples,
    almost_all_within: Samples,
    unexpected: u64,
}

/// Measures bodies of 1 KiB and 64 KiB.
pub(crate) async fn run(settings: &Settings) -> Outcome<()> {
    wrk::check()?;
    let mut report = Report::of_this_machine();
    let turns = format!("{} of {} s, 32 connections", settings.rounds, settings.seconds);
    report.conditions.push(("turns".to_owned(), turns));
    for size in [1024, 64 * 1024] {
        let measured = measure(size, settings).await?;
        report.tables.push(table(size, &measured));
        budgets(&mut report, size, &measured);
    }
    report.print();
    Ok(report.write("http-bench.json")?)
}

async fn measure(size: usize, settings: &Settings) -> Outcome<Vec<Measured>> {
    let mut all = Vec::new();
    for subject in subjects(size, settings) {
        match start(subject, size, settings) {
            Ok(measured) => all.push(measured),
            Err(error) => eprintln!("left out: {error}"),
        }
    }
    for round in 0..=settings.rounds as usize {
        eprintln!("{} KiB, round {round} of {}", size / 1024, settings.rounds);
        for place in 0..all.len() {
            // Each round begins with another server. The first round only warms up.
            let index = (place + round) % all.len();
            let one = &mut all[index];
            let seconds = if round == 0 { 1 } else { settings.seconds };
            let addr = one.process.addr();
            let turn = fire(addr, &one.script, CONNECTIONS, seconds, settings).await?;
            let expected = if one.subject.expected() == 200 {
                turn.requests - turn.refused
            } else {
                turn.refused
            };
            one.unexpected += turn.requests - expected + turn.broken;
            if round > 0 {
                one.rate.0.push(turn.requests_per_second);
                one.half_within.0.push(turn.half_within);
                one.almost_all_within.0.push(turn.almost_all_within);
            }
        }
    }
    Ok(all)
}

/// Starts a server, and checks that it accepts what it must accept and rejects a forged delivery.
fn start(subject: Subject, size: usize, settings: &Settings) -> Outcome<Measured> {
    let process = Process::start(&subject.program, settings)?;
    let delivery = subject.delivery(size);
    let status = client::status(process.addr(), &delivery)?;
    if status != subject.expected() {
        return Err(format!("{} answers {status}", subject.name).into());
    }
    if subject.verifies() {
        let mut forged = subject.delivery(size);
        let mut body = forged.body.to_vec();
        let place = body.iter().position(|byte| *byte == b'A').unwrap_or(0);
        body[place] ^= 1;
        forged.body = body.into();
        let status = client::status(process.addr(), &forged)?;
        if status != 401 {
            return Err(format!("{} answers {status} to a forged one", subject.name).into());
        }
    }
    process.forget_peak();
    let script = if subject.is_signed { "signed" } else { "unsigned" };
    let script = Script::new(&format!("{script}-{size}"), &delivery)?;
    Ok(Measured {
        subject,
        process,
        script,
        rate: Samples::default(),
        half_within: Samples::default(),
        almost_all_within: Samples::default(),
        unexpected: 0,
    })
}

fn table(size: usize, measured: &[Measured]) -> Table {
    let over = |one: &Measured, other: &Option<String>| {
        let other =
            measured.iter().find(|other_one| Some(&other_one.subject.name) == other.as_ref());
        other.map(|other| one.rate.over(&other.rate).median())
    };
    let rows = measured.iter().map(|one| Row {
        name: one.subject.name.clone(),
        figures: vec![
            Some(one.rate.median().round()),
            Some(one.rate.quantile(0.25).round()),
            Some(one.rate.quantile(0.75).round()),
            Some(one.half_within.median()),
            Some(one.almost_all_within.median()),
            Some(one.process.memory("VmHWM") as f64 / MIB),
            over(one, &one.subject.bare),
            over(one, &one.subject.limit),
            Some(one.unexpected as f64),
        ],
    });
    let columns = [
        "requests/s, median",
        "lower quartile",
        "upper quartile",
        "p50, us",
        "p99, us",
        "peak memory, MiB",
        "of bare",
        "of the limit",
        "answers not as expected",
    ];
    Table {
        title: format!("Over HTTP, {} KiB", size / 1024),
        columns: columns.map(str::to_owned).into(),
        rows: rows.collect(),
    }
}

/// Budgets 3, 8, 9 and 9b.
fn budgets(report: &mut Report, size: usize, measured: &[Measured]) {
    let rate =
        |name: &str| measured.iter().find(|one| one.subject.name == name).map(|one| &one.rate);
    let mut budget = |number: &str, name: &str, other: &str, bound: f64| {
        if let (Some(one), Some(two)) = (rate(name), rate(other)) {
            let what = format!("{} KiB: {name} / {other}", size / 1024);
            report.budget(number, &what, one.over(two).median(), Bound::AtLeast(bound));
        }
    };
    let name = |framework, handler| Server { framework, handler }.name();
    for framework in [Framework::Axum, Framework::Actix] {
        let bare = name(framework, Handler::Bare);
        for handler in [Handler::Extractor, Handler::Behind] {
            let refusing = format!("{}, unsigned: 401", name(framework, handler));
            budget("3", &refusing, &bare, 0.95);
        }
        for (handler, bound) in [
            (Handler::Extractor, 0.98),
            (Handler::Behind, 0.97),
            (Handler::Event, 0.95),
            (Handler::BehindEvent, 0.95),
        ] {
            budget("8", &name(framework, handler), &name(framework, handler.limit()), bound);
        }
    }
    let event = name(Framework::Axum, Handler::Event);
    if size == 1024 {
        budget("9", &event, subject::EXPRESS, 9.0);
        budget("9", &event, subject::FLASK, 20.0);
    }
    let bound = if size == 1024 { 1.03 } else { 1.15 };
    budget("9b", &event, &name(Framework::Axum, Handler::Json), bound);
}

const CONNECTIONS: u32 = 32;

const MIB: f64 = 1024.0 * 1024.0;
