//! The cost of senders that are rejected and keep sending.

use std::{
    ffi::OsStr,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream as Blocking},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use countersign_bench::{
    Bound, Delivery, Report, Row, Samples, Table,
    servers::{Framework, Handler},
};
use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet, time::sleep};

use crate::{Outcome, Settings, client, process::Process, subject::Subject};

/// Budget 21: memory, and the time that a genuine delivery waits, while 1,000 unsigned senders keep
/// sending.
pub(crate) async fn run(settings: &Settings) -> Outcome<()> {
    let mut report = Report::of_this_machine();
    stay_off_the_servers_core(settings)?;
    let mut rows = Vec::new();
    for handler in [Handler::Extractor, Handler::Behind] {
        let subject = Subject::of(Framework::Axum, handler);
        // A process of its own: memory that the allocator keeps after one load would count as idle
        // memory of the next.
        let process = Process::start(&subject.program, settings)?;
        // The first deliveries do some set-up, which must not be measured.
        probe(process.addr(), 1).await?;
        let idle = process.memory("VmRSS");
        process.forget_peak();
        let senders = send(process.addr(), None);
        sleep(Duration::from_secs(5)).await;
        drop(senders);
        let over = process.memory("VmHWM").saturating_sub(idle) as f64 / MIB;
        drop(process);

        let process = Process::start(&subject.program, settings)?;
        prefer(&process.id().to_string());
        probe(process.addr(), 1).await?;
        let (mut quiet, mut loaded) = (Samples::default(), Samples::default());
        for _ in 0..settings.rounds {
            quiet.0.push(probe(process.addr(), settings.seconds).await?);
            let senders = send(process.addr(), Some(PACE));
            sleep(Duration::from_secs(1)).await;
            loaded.0.push(probe(process.addr(), settings.seconds).await?);
            drop(senders);
            // By then the server has stopped reading from the senders.
            sleep(Duration::from_secs(3)).await;
        }
        let ratio = loaded.over(&quiet).median();

        let name = &subject.name;
        report.budget("21", &format!("{name}: MiB over idle"), over, Bound::AtMost(20.0));
        let what = format!("{name}: p99 of a genuine delivery, over quiet");
        report.budget("21", &what, ratio, Bound::AtMost(2.0));
        let figures =
            [idle as f64 / MIB, over, quiet.median(), loaded.median(), ratio].map(Some).into();
        rows.push(Row { name: subject.name, figures });
    }
    report.tables.push(Table {
        title: format!("{MANY} unsigned senders that keep sending"),
        columns: ["idle, MiB", "peak over idle, MiB", "p99 quiet, us", "p99 beside, us", "ratio"]
            .map(str::to_owned)
            .into(),
        rows,
    });
    report.print();
    Ok(report.write("senders-bench.json")?)
}

/// Runs the senders and the genuine client on the core of the load, so that they take no time from
/// the server.
fn stay_off_the_servers_core(settings: &Settings) -> Outcome<()> {
    let (core, id) = (settings.load_core.to_string(), std::process::id().to_string());
    let status =
        Command::new("taskset").args(["-acp", &core, &id]).stdout(Stdio::null()).status()?;
    if status.success() { Ok(()) } else { Err("taskset failed".into()) }
}

/// Lets the server and the genuine client run before everything else on their cores. Otherwise the
/// 99th percentile is the time that they wait for a core, and not for each other. Without the right
/// to do so, they wait.
fn prefer(id: &str) {
    let _ = Command::new("renice")
        .args(["-n", "-15", "-p", id])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Starts the senders. Each keeps sending after an answer, and connects again one second after its
/// connection is closed.
fn send(addr: SocketAddr, pace: Option<Duration>) -> JoinSet<()> {
    let mut delivery = Delivery::plain(1024).without("x-webhook-signature");
    for (name, value) in &mut delivery.headers {
        if name == "content-length" {
            *value = LENGTH.to_string();
        }
    }
    let head = client::head(&delivery);
    let mut senders = JoinSet::new();
    for number in 0..MANY {
        let head = head.clone();
        senders.spawn(async move {
            // Spread over one second.
            sleep(Duration::from_millis(number % 1000)).await;
            loop {
                // The upload may fail, because the server closes the connection, or complete.
                let _ = upload(addr, &head, pace).await;
                sleep(Duration::from_secs(1)).await;
            }
        });
    }
    senders
}

async fn upload(addr: SocketAddr, head: &str, pace: Option<Duration>) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(head.as_bytes()).await?;
    for _ in 0..LENGTH / PIECE {
        stream.write_all(&[b'x'; PIECE]).await?;
        if let Some(pace) = pace {
            sleep(pace).await;
        }
    }
    Ok(())
}

/// Sends genuine deliveries one after the other on a connection that stays. Returns the p99 of
/// their answers, in microseconds.
async fn probe(addr: SocketAddr, seconds: u64) -> Outcome<f64> {
    let waited = tokio::task::spawn_blocking(move || answers(addr, Duration::from_secs(seconds)));
    Ok(Samples(waited.await??).quantile(0.99))
}

fn answers(addr: SocketAddr, time: Duration) -> std::io::Result<Vec<f64>> {
    let thread = fs::read_link("/proc/thread-self")?;
    thread.file_name().and_then(OsStr::to_str).into_iter().for_each(prefer);
    let delivery = Delivery::plain(1024);
    let request = [client::head(&delivery).as_bytes(), &delivery.body].concat();
    let mut stream = BufReader::new(Blocking::connect(addr)?);
    stream.get_ref().set_nodelay(true)?;
    let mut waited = Vec::new();
    let start = Instant::now();
    while start.elapsed() < time {
        let sent = Instant::now();
        stream.get_mut().write_all(&request)?;
        answer(&mut stream)?;
        waited.push(sent.elapsed().as_secs_f64() * 1e6);
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(waited)
}

/// Reads one answer, which has to be a 200.
fn answer(stream: &mut BufReader<Blocking>) -> std::io::Result<()> {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line)?;
    if !line.starts_with("HTTP/1.1 200") {
        return Err(std::io::Error::other(line));
    }
    while line.trim_end() != "" {
        line.clear();
        stream.read_line(&mut line)?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().map_err(std::io::Error::other)?;
        }
    }
    stream.read_exact(&mut vec![0; length])
}

const MANY: u64 = 1000;
/// Bytes that each sender declares, and sends if the server lets it.
const LENGTH: usize = 100 * 1024 * 1024;
/// Bytes of a piece that a sender writes at once.
const PIECE: usize = 16 * 1024;
/// Time between two pieces of a sender that is slowed down.
const PACE: Duration = Duration::from_millis(500);
const MIB: f64 = 1024.0 * 1024.0;
