//! Memory for bodies that are not complete.

use std::time::Duration;

use countersign_bench::{
    Bound, Delivery, Report, Row, Table,
    servers::{Framework, Handler},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{Outcome, Settings, client, process::Process, subject::Subject};

/// Measures incomplete bodies, and bodies that end at the same time.
pub(crate) async fn run(settings: &Settings) -> Outcome<()> {
    let mut report = Report::of_this_machine();
    half_sent(&mut report, settings).await?;
    whole(&mut report, settings).await?;
    report.print();
    Ok(report.write("memory-bench.json")?)
}

/// Budget 13: many connections, each with a body whose end is missing.
async fn half_sent(report: &mut Report, settings: &Settings) -> Outcome<()> {
    let delivery = Delivery::plain(SMALL);
    let unsigned = delivery.clone().without("x-webhook-signature");
    let mut rows = Vec::new();
    for framework in [Framework::Axum, Framework::Actix] {
        for handler in [Handler::Bare, Handler::Extractor, Handler::Behind] {
            for (delivery, suffix) in [(&delivery, ""), (&unsigned, ", unsigned")] {
                let subject = Subject::of(framework, handler);
                let process = Process::start(&subject.program, settings)?;
                let idle = process.memory("VmRSS");
                process.forget_peak();
                let mut open = Vec::new();
                for _ in 0..MANY {
                    let mut stream = TcpStream::connect(process.addr()).await?;
                    stream.write_all(client::head(delivery).as_bytes()).await?;
                    open.push(stream);
                }
                // The connections get their pieces in turn, so that a server reads little at once,
                // and the memory that it keeps can be seen.
                for piece in delivery.body[..SENT].chunks(PIECE) {
                    for stream in &mut open {
                        stream.write_all(piece).await?;
                    }
                }
                sleep(Duration::from_millis(500)).await;
                let over = (process.memory("VmHWM") - idle) as f64 / MIB;
                drop(open);
                let name = format!("{}{suffix}", subject.name);
                if handler != Handler::Bare {
                    // Signed: the bytes that may be in flight. Unsigned: none of ours, but both
                    // frameworks read ahead.
                    let held = if suffix.is_empty() { SMALL } else { READ_AHEAD };
                    let bound = (MANY * held) as f64 / MIB + 20.0;
                    let what = format!("{name}: MiB over idle, {MANY} bodies under way");
                    report.budget("13", &what, over, Bound::AtMost(bound));
                }
                rows.push(Row { name, figures: vec![Some(idle as f64 / MIB), Some(over)] });
            }
        }
    }
    report.tables.push(Table {
        title: format!("{MANY} connections, {} of {} KiB sent on each", SENT / 1024, SMALL / 1024),
        columns: ["idle, MiB", "peak over idle, MiB"].map(str::to_owned).into(),
        rows,
    });
    Ok(())
}

/// Budget 17: bodies of 1 MiB that end at the same time.
async fn whole(report: &mut Report, settings: &Settings) -> Outcome<()> {
    let delivery = Delivery::plain(LARGE);
    let mut rows = Vec::new();
    for framework in [Framework::Axum, Framework::Actix] {
        let mut bare = f64::NAN;
        for handler in [Handler::Bare, Handler::Extractor, Handler::Behind] {
            let subject = Subject::of(framework, handler);
            let process = Process::start(&subject.program, settings)?;
            let idle = process.memory("VmRSS");
            process.forget_peak();
            let mut open = Vec::new();
            for _ in 0..FEW {
                let mut stream = TcpStream::connect(process.addr()).await?;
                stream.write_all(client::head(&delivery).as_bytes()).await?;
                stream.write_all(&delivery.body[..LARGE - 1]).await?;
                open.push(stream);
            }
            sleep(Duration::from_millis(300)).await;
            for stream in &mut open {
                stream.write_all(&delivery.body[LARGE - 1..]).await?;
            }
            for stream in &mut open {
                let mut answer = [0; 12];
                timeout(Duration::from_secs(5), stream.read_exact(&mut answer)).await??;
                if !answer.ends_with(b"200") {
                    return Err(format!("{} refuses 1 MiB", subject.name).into());
                }
            }
            let over = (process.memory("VmHWM") - idle) as f64 / MIB;
            if handler == Handler::Bare {
                bare = over;
            } else {
                let what = format!("{}: peak over idle, over bare", subject.name);
                report.budget("17", &what, over / bare, Bound::AtMost(1.15));
            }
            let figures = vec![Some(idle as f64 / MIB), Some(over), Some(over / bare)];
            rows.push(Row { name: subject.name, figures });
        }
    }
    report.tables.push(Table {
        title: format!("{FEW} bodies of 1 MiB at once"),
        columns: ["idle, MiB", "peak over idle, MiB", "over bare"].map(str::to_owned).into(),
        rows,
    });
    Ok(())
}

const MANY: usize = 1000;
const SMALL: usize = 64 * 1024;
const SENT: usize = 60 * 1024;
const PIECE: usize = 4 * 1024;
const FEW: usize = 32;
const LARGE: usize = 1024 * 1024;

/// Most bytes of each connection that actix-web itself holds. hyper's buffer grows to the same size
/// if bodies come fast.
const READ_AHEAD: usize = 32 * 1024;

const MIB: f64 = 1024.0 * 1024.0;
