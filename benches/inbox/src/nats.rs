//! An inbox in NATS JetStream, beside bare publications, on a cluster of three servers that write to
//! their disks before they answer.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Accepted, Entry, Inbox};
use countersign_bench::{Bound, Report, Row, Samples, Table};
use countersign_nats::{
    NatsInbox,
    async_nats::{
        self, Client,
        jetstream::{Context, context::ContextBuilder, message::PublishMessage},
    },
};
use countersign_tests::Nats;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::sleep,
};

use crate::{
    Arguments, Measured, columns,
    deliveries::{deliveries, deliveries_from, verifier},
    load::Load,
};

/// Measures everything. Does nothing if nats-server is missing.
pub(crate) async fn measure(
    arguments: &Arguments,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let Some(nats) = Nats::start(NODES)? else { return Ok(()) };
    for &in_flight in &arguments.in_flight {
        accepts(&nats, arguments, in_flight, report).await?;
    }
    drop(nats);
    let Some(nats) = Nats::start(NODES)? else { return Ok(()) };
    report.tables.push(drain(&nats, arguments).await?);
    report.tables.push(waits(&nats).await?);
    drop(nats);
    let Some(nats) = Nats::start(NODES)? else { return Ok(()) };
    report.tables.push(space(nats).await?);
    Ok(())
}

/// The measured programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Inbox,
    Bare,
}

/// The programs that accept the deliveries of a turn.
#[derive(Clone)]
enum Engine {
    Inbox(NatsInbox),
    Bare(Box<Context>, String),
}

impl Engine {
    async fn keep(&self, entry: &Entry) {
        match self {
            Self::Inbox(inbox) => assert_eq!(inbox.accept(entry).await.unwrap(), Accepted::New),
            Self::Bare(context, subject) => {
                let message = PublishMessage::build()
                    .payload(entry.request().to_json().into())
                    .message_id(entry.key().unwrap().as_str());
                let sent = context.send_publish(subject.clone(), message).await.unwrap();
                assert!(!sent.await.unwrap().duplicate);
            }
        }
    }
}

/// Measures the front half.
async fn accepts(
    nats: &Nats,
    arguments: &Arguments,
    in_flight: usize,
    report: &mut Report,
) -> Result<(), Box<dyn Error>> {
    let count = arguments.deliveries / 2 * in_flight.clamp(16, 256) / 256;
    let subjects = [Subject::Inbox, Subject::Bare];
    let mut measured = subjects.map(|subject| (subject, Measured::default(), Costs::default()));
    for round in 0..=arguments.rounds {
        for place in 0..measured.len() {
            let (subject, figures, costs) = &mut measured[(place + round) % subjects.len()];
            let (turn, cost) = accepts_of(nats, *subject, count, in_flight).await?;
            eprintln!("{in_flight} in flight, {subject:?}: {:.0}/s, {cost:?} us", turn.rate);
            if round > 0 {
                figures.add(&turn);
                costs.0.0.push(cost[0]);
                costs.1.0.push(cost[1]);
            }
        }
    }
    let [(_, inbox, _), (_, bare, _)] = &measured;
    let what = format!("JetStream, {in_flight} in flight: inbox / bare publication");
    let ratio = inbox.rate.over(&bare.rate).median();
    report.budget("23", &what, ratio, Bound::AtLeast(0.9));
    let of_processor = ["processor time of the client, us", "of the three servers, us"];
    report.tables.push(Table {
        title: format!("JetStream, {in_flight} in flight, {count} deliveries of 1 KiB"),
        columns: [columns("of bare"), of_processor.map(str::to_owned).into()].concat(),
        rows: measured
            .iter()
            .map(|(subject, figures, costs)| {
                let name =
                    if *subject == Subject::Inbox { "NatsInbox" } else { "bare publication" };
                let mut row = figures.row(name, bare);
                row.figures.extend([&costs.0, &costs.1].map(|cost| Some(cost.median().round())));
                row
            })
            .collect(),
    });
    Ok(())
}

/// Processor time for each delivery: of this process, and of the servers.
#[derive(Default)]
struct Costs(Samples, Samples);

/// Measures one turn. Each turn has streams of its own, which the inbox makes for both subjects, so
/// their settings are the same. Their leader is the server to which the client is connected.
async fn accepts_of(
    nats: &Nats,
    subject: Subject,
    count: usize,
    in_flight: usize,
) -> Result<(Load, [f64; 2]), Box<dyn Error>> {
    let url = nats.url();
    let client = async_nats::connect(url.split(',').next().unwrap_or_default()).await?;
    let inbox = NatsInbox::builder(client.clone(), NAME).open().await?;
    lead(nats, &client, 0).await?;
    // The settings of the inbox.
    let context = ContextBuilder::new()
        .timeout(Duration::from_secs(5))
        .ack_timeout(Duration::from_secs(5))
        .backpressure_on_inflight(true)
        .build(client.clone());
    let engine = match subject {
        Subject::Inbox => Engine::Inbox(inbox),
        Subject::Bare => {
            drop(inbox);
            // It may wait until then for a message of other receivers.
            sleep(Duration::from_millis(1100)).await;
            Engine::Bare(Box::new(context.clone()), format!("{NAME}.deliveries.e"))
        }
    };
    let entries: Arc<[Entry]> = deliveries(count).into();
    let (start, before) = (Instant::now(), processor_times());
    let mut tasks = JoinSet::new();
    for task in 0..in_flight {
        let (engine, entries) = (engine.clone(), Arc::clone(&entries));
        tasks.spawn(async move {
            let mut took: Vec<Duration> = Vec::new();
            for entry in entries.iter().skip(task).step_by(in_flight) {
                let start = Instant::now();
                engine.keep(entry).await;
                took.push(start.elapsed());
            }
            took
        });
    }
    let took = tasks.join_all().await.concat();
    let load = Load::from_times(took, start.elapsed());
    let after = processor_times();
    drop(engine);
    for name in [NAME.to_owned(), format!("{NAME}-states")] {
        context.delete_stream(name).await?;
    }
    Ok((load, [0, 1].map(|part| (after[part] - before[part]) * 1e6 / count as f64)))
}

/// Waits until this node leads the stream of deliveries.
async fn lead(nats: &Nats, client: &Client, node: usize) -> Result<(), Box<dyn Error>> {
    let end = Instant::now() + Duration::from_secs(60);
    while nats.leader_of(NAME) != Some(node) {
        if Instant::now() > end {
            return Err("the stream has another leader".into());
        }
        let preferred = format!(r#"{{"placement":{{"preferred":"node{node}"}}}}"#);
        // It fails while there is no leader.
        let subject = format!("$JS.API.STREAM.LEADER.STEPDOWN.{NAME}");
        let _ = client.request(subject, preferred.into()).await;
        sleep(Duration::from_millis(500)).await;
    }
    Ok(())
}

/// Measures the back half. Each worker has a connection of its own.
async fn drain(nats: &Nats, arguments: &Arguments) -> Result<Table, Box<dyn Error>> {
    let turns = [32, 256].into_iter().flat_map(|concurrency| WORKERS.map(|n| (concurrency, n)));
    let mut measured: Vec<_> = turns.map(|turn| (turn, Samples::default())).collect();
    for _ in 0..arguments.rounds.clamp(1, 3) {
        for ((concurrency, workers), rates) in &mut measured {
            let rate = rate(nats, *concurrency, *workers).await?;
            eprintln!("drain: {concurrency} at once, {workers} workers: {rate:.0}/s");
            rates.0.push(rate);
        }
    }
    let row = |concurrency| {
        let rates = measured.iter().filter(|((at_once, _), _)| *at_once == concurrency);
        Row {
            name: format!("concurrency of {concurrency}"),
            figures: rates.map(|(_, rates)| Some(rates.median().round())).collect(),
        }
    };
    Ok(Table {
        title: format!("{DRAINED} waiting deliveries of 1 KiB, handled by an empty handler"),
        columns: WORKERS.map(|workers| format!("deliveries/s, workers: {workers}")).into(),
        rows: vec![row(32), row(256)],
    })
}

async fn rate(nats: &Nats, concurrency: usize, workers: usize) -> Result<f64, Box<dyn Error>> {
    let receiver = open(nats).await?;
    fill(&receiver, 0, DRAINED).await;
    let mut inboxes = Vec::new();
    for _ in 0..workers {
        inboxes.push(Inbox::new(open(nats).await?).concurrency(concurrency));
    }
    let (left, done) = (Arc::new(AtomicUsize::new(DRAINED)), Arc::new(Notify::new()));
    let mut running = JoinSet::new();
    let start = Instant::now();
    for inbox in inboxes {
        let (counter, finished) = (Arc::clone(&left), Arc::clone(&done));
        let worker = inbox.worker(&verifier(), move |_| {
            if counter.fetch_sub(1, Relaxed) == 1 {
                finished.notify_waiters();
            }
            async { Ok(()) }
        });
        let (done, left) = (Arc::clone(&done), Arc::clone(&left));
        running.spawn(worker.run_until(async move {
            let mut notified = std::pin::pin!(done.notified());
            notified.as_mut().enable();
            if left.load(Relaxed) > 0 {
                notified.await;
            }
        }));
    }
    // The workers stop after the results of their last attempts are stored.
    running.join_all().await;
    let rate = DRAINED as f64 / start.elapsed().as_secs_f64();
    remove(nats).await?;
    Ok(rate)
}

/// Measures the time from the acknowledgement of a delivery to the call of the handler, while
/// nothing else is to be done. The worker has another connection than the receiver.
async fn waits(nats: &Nats) -> Result<Table, Box<dyn Error>> {
    let (receiver, engine) = (open(nats).await?, open(nats).await?);
    let (began, mut calls) = mpsc::unbounded_channel();
    let worker = Inbox::new(engine).worker(&verifier(), move |_| {
        began.send(Instant::now()).unwrap();
        async { Ok(()) }
    });
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let task = tokio::spawn(worker.run_until(async move { stopped.notified().await }));
    let mut rows = Vec::new();
    for (place, (name, shortest, spread)) in PAUSES.into_iter().enumerate() {
        let mut took = Vec::new();
        for (number, entry) in deliveries_from(place * IDLE, IDLE).iter().enumerate() {
            sleep(Duration::from_millis(shortest + number as u64 * 37 % spread)).await;
            receiver.accept(entry).await?;
            let kept = Instant::now();
            let called = calls.recv().await.ok_or("the worker has ended")?;
            took.push(called.saturating_duration_since(kept));
        }
        took.sort_unstable();
        let within = [50, 99].map(|share| took[took.len() * share / 100].as_secs_f64() * 1e3);
        eprintln!("{name}: {within:?} ms");
        rows.push(Row { name: name.to_owned(), figures: within.map(Some).into() });
    }
    stop.notify_one();
    task.await?;
    drop(receiver);
    remove(nats).await?;
    Ok(Table {
        title: format!("From the acknowledgement to the handler, {IDLE} deliveries"),
        columns: ["p50, ms", "p99, ms"].map(str::to_owned).into(),
        rows,
    })
}

/// Measures memory and disk of the servers while they remember deliveries that are done.
async fn space(mut nats: Nats) -> Result<Table, Box<dyn Error>> {
    let (receiver, engine) = (open(&nats).await?, open(&nats).await?);
    let done = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&done);
    let worker = Inbox::new(engine).concurrency(256).worker(&verifier(), move |_| {
        counter.fetch_add(1, Relaxed);
        async { Ok(()) }
    });
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let task = tokio::spawn(worker.run_until(async move { stopped.notified().await }));
    let mut rows = vec![row_of_space("before")];
    let mut kept = 0;
    for count in [100_000, 300_000] {
        let start = Instant::now();
        while kept < count {
            fill(&receiver, kept, DRAINED).await;
            kept += DRAINED;
        }
        while done.load(Relaxed) < count {
            sleep(Duration::from_millis(100)).await;
        }
        eprintln!("{count} done after {:?}", start.elapsed());
        rows.push(row_of_space(&format!("{count} done, at once")));
        // The servers forget parts of files that nobody has read for 10 s.
        sleep(Duration::from_secs(45)).await;
        rows.push(row_of_space(&format!("{count} done, 45 s later")));
        for node in 0..nats.nodes() {
            nats.stop_node(node)?;
            let start = Instant::now();
            nats.start_node(node)?;
            nats.wait_until_healthy()?;
            eprintln!("node {node} is healthy after {:?}", start.elapsed());
        }
        sleep(Duration::from_secs(15)).await;
        rows.push(row_of_space(&format!("{count} done, servers restarted")));
    }
    stop.notify_one();
    task.await?;
    let columns = ["memory, MiB, node", "disk, MiB, node"];
    let of_nodes = |what| (0..NODES).map(move |node| format!("{what} {node}"));
    Ok(Table {
        title: "Done deliveries of 1 KiB that are remembered".to_owned(),
        columns: columns.into_iter().flat_map(of_nodes).collect(),
        rows,
    })
}

fn row_of_space(name: &str) -> Row {
    let servers = servers();
    let mib = |bytes: u64| Some((bytes as f64 / 1048576.0).round());
    let memory = servers.iter().map(|(process, _)| mib(resident(*process)));
    let disk = servers.iter().map(|(_, folder)| mib(used(folder)));
    let figures = memory.chain(disk).collect();
    eprintln!("{name}: {figures:?}");
    Row { name: name.to_owned(), figures }
}

/// Opens the inbox on a connection of its own.
async fn open(nats: &Nats) -> Result<NatsInbox, Box<dyn Error>> {
    let servers: Vec<_> = nats.url().split(',').map(str::to_owned).collect();
    Ok(NatsInbox::builder(async_nats::connect(servers).await?, NAME).open().await?)
}

/// Removes the streams of the inbox.
async fn remove(nats: &Nats) -> Result<(), Box<dyn Error>> {
    let servers: Vec<_> = nats.url().split(',').map(str::to_owned).collect();
    let context = ContextBuilder::new().build(async_nats::connect(servers).await?);
    for name in [NAME.to_owned(), format!("{NAME}-states")] {
        context.delete_stream(name).await?;
    }
    Ok(())
}

async fn fill(inbox: &NatsInbox, first: usize, count: usize) {
    let entries: Arc<[Entry]> = deliveries_from(first, count).into();
    let mut tasks = JoinSet::new();
    for task in 0..256 {
        let (inbox, entries) = (inbox.clone(), Arc::clone(&entries));
        tasks.spawn(async move {
            for entry in entries.iter().skip(task).step_by(256) {
                // The servers may be behind.
                while inbox.accept(entry).await.is_err() {
                    sleep(Duration::from_millis(100)).await;
                }
            }
        });
    }
    tasks.join_all().await;
}

/// Returns the processor time of this process, and of its servers, in seconds.
fn processor_times() -> [f64; 2] {
    let time = |process: u32| {
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        // The name can have spaces.
        let columns = stat.rsplit_once(')').map(|(_, columns)| columns).unwrap_or_default();
        let ticks = columns.split_whitespace().skip(11).take(2);
        ticks.map(|ticks| ticks.parse::<f64>().unwrap_or_default()).sum::<f64>() / TICKS_IN_A_SECOND
    };
    let servers = servers().into_iter().map(|(process, _)| time(process)).sum();
    [time(std::process::id()), servers]
}

/// Returns the processes and the folders of the servers, in the order of their numbers.
fn servers() -> Vec<(u32, PathBuf)> {
    let own = std::process::id().to_string();
    let of_process = |entry: fs::DirEntry| {
        let process: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        let parent = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?;
        let command = fs::read_to_string(entry.path().join("cmdline")).ok()?;
        // The configuration is beside the folder with the data.
        let config = command.split('\0').find(|argument| argument.ends_with(".conf"))?;
        (parent == own).then(|| (process, Path::new(config).with_extension("")))
    };
    let mut found: Vec<_> =
        fs::read_dir("/proc").unwrap().flatten().filter_map(of_process).collect();
    found.sort_by(|(_, one), (_, other)| one.cmp(other));
    found
}

/// Returns the memory of a process, in bytes.
fn resident(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kib.unwrap_or_default() * 1024
}

/// Returns the bytes that the files of a folder use on the disk. The server may remove some
/// meanwhile.
fn used(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(metadata) = fs::symlink_metadata(path) else { return 0 };
    let within =
        fs::read_dir(path).map(|entries| entries.flatten().map(|entry| used(&entry.path())).sum());
    metadata.blocks() * 512 + within.unwrap_or(0)
}

const NODES: usize = 3;

const NAME: &str = "bench";

const WORKERS: [usize; 3] = [1, 2, 4];

/// Number of deliveries that are drained.
const DRAINED: usize = 20_000;

/// Number of deliveries that meet an idle worker.
const IDLE: usize = 300;

/// Pauses before a delivery, in milliseconds: the shortest, and the spread. An idle worker has asked
/// the servers for a delivery for 200 ms after the last one, and then waits for a message.
const PAUSES: [(&str, u64, u64); 2] =
    [("idle for 250 to 450 ms", 250, 200), ("idle for 20 to 40 ms", 20, 20)];

/// On all platforms of Linux.
const TICKS_IN_A_SECOND: f64 = 100.0;
