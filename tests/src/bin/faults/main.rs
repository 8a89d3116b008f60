//! Delivers events as a provider does, with duplicates, while receivers are killed and their store
//! is restarted and frozen. Then it counts the events that were lost, and those that were handled
//! twice:
//!
//! ```sh
//! cargo build --release -p countersign-tests --bins
//! target/release/faults --store postgres --deliveries 100000 --kills 100 --faults 10
//! target/release/faults --store sqlite-inbox --full-disk --deliveries 100000 --kills 100 \
//!     --faults 10 --poison 5 --outage 60
//! target/release/faults --store sqlite-inbox --full-disk 512 --deliveries 1800000 --rate 500 \
//!     --keep-for 300 --kills 60 --faults 60 --measure-every 300
//! ```
//!
//! Deliveries go to two or three receivers of the same store, each on its own port, over
//! connections that change to the other receiver when they break. A store in memory has only one
//! receiver. A delivery that is not answered 2xx is repeated after a while. After a 4xx other than
//! 429, it is given up, as many senders do. An effect is a line in a file that survives the
//! receiver, or a row in a table.
//!
//! The program fails if an event is lost, if a delivery is given up, or if an event is handled
//! twice although that must not happen: with `exactly-once` and `exactly-once-inbox`, or without
//! `--kills` and `--poison`.
//!
//! With `nats-inbox`, three servers keep the deliveries. A fault kills one of them, or freezes the
//! one that leads; the outage kills all.
//!
//! With the stores whose names end with `inbox`, the receivers share an inbox. A fault of a file is
//! a process that holds its lock, or a full disk. The program then also fails if an acknowledged
//! delivery is missing, if an event was handled twice although none of its attempts vanished with
//! its process, or if an event that ends its process is not dead after exactly 6 attempts that all
//! vanished.

mod arguments;
mod events;
mod inbox;
mod nats;
mod receivers;
mod sender;
mod stores;
mod verdict;

use std::{
    error::Error,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use rand::{RngExt, SeedableRng, rngs::StdRng};

use self::{arguments::Arguments, receivers::Receivers, stores::Server, verdict::Verdict};

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("faults: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool, Box<dyn Error>> {
    let Some(mut server) = Server::start(arguments)? else { return Ok(true) };
    let mut receivers = Receivers::start(arguments, &server)?;
    let deliveries = events::deliveries(arguments);
    let begin = Instant::now();

    // Count of the deliveries that were answered 2xx.
    let answered = Arc::new(AtomicUsize::new(0));
    let sending = {
        let (answered, addrs) = (Arc::clone(&answered), receivers.addrs());
        let (deliveries, path, rate) = (deliveries.clone(), server.endpoint(), arguments.rate);
        thread::spawn(move || sender::deliver(deliveries, path, rate, &addrs, &answered))
    };

    // Kills and faults are spread evenly over the deliveries.
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let due = |times: usize, answered: usize| answered * (times + 1) / deliveries.len();
    let (mut kills, mut faults, mut ends) = (0, 0, 0);
    let mut outage = Duration::from_secs(arguments.outage);
    let mut measured = 0;
    while !sending.is_finished() {
        let done = answered.load(Ordering::Relaxed);
        ends += receivers.revive()?;
        let is_due = |interval| begin.elapsed().as_secs() >= interval * measured;
        if arguments.measure_every.is_some_and(is_due) {
            measured += 1;
            report(begin.elapsed(), done, &receivers, &server)?;
        }
        if kills < arguments.kills && due(arguments.kills, done) > kills {
            receivers.kill(&mut random)?;
            kills += 1;
        } else if faults < arguments.faults && due(arguments.faults, done) > faults {
            let pause = Duration::from_millis(random.random_range(0..3000));
            if faults % 2 == 0 {
                server.restart(pause)?
            } else {
                server.freeze(pause)?
            }
            faults += 1;
        } else if !outage.is_zero() && due(1, done) > 0 {
            server.leave(outage)?;
            outage = Duration::ZERO;
        } else {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let sent = sending.join().map_err(|_| "the sender panicked")?;
    // Events that end their process may still have attempts.
    let rows = server.rows(|| {
        ends += receivers.revive()?;
        Ok(())
    })?;
    if arguments.measure_every.is_some() {
        report(begin.elapsed(), answered.load(Ordering::Relaxed), &receivers, &server)?;
    }
    let took = begin.elapsed().as_secs_f64();
    let verdict = Verdict::of(arguments, &deliveries, &receivers.effects()?, rows)?;
    println!(
        "{} on {}: {} deliveries of {} events, {kills} kills, {faults} faults of the store, {} \
         given up, {took:.1} s: {verdict}",
        arguments.store,
        arguments.surface,
        deliveries.len(),
        verdict.events,
        sent.given_up,
    );
    if verdict.is_of_inbox() {
        println!(
            "{} requests had no answer; {ends} processes ended by an event; {} s without the store",
            sent.unanswered, arguments.outage,
        );
    }
    Ok(sent.given_up == 0 && verdict.is_good())
}

/// Prints what the first receiver uses, and the size of the file.
fn report(
    elapsed: Duration,
    done: usize,
    receivers: &Receivers,
    server: &Server,
) -> Result<(), Box<dyn Error>> {
    let Server::SqliteInbox(inbox) = server else { return Ok(()) };
    let (memory, descriptors) = receivers.usage()?;
    println!(
        "{} s: {done} deliveries answered, {:.1} MiB, {descriptors} open files, file and log {:.1} MiB",
        elapsed.as_secs(),
        memory as f64 / 1024.0,
        inbox.size()? as f64 / (1024.0 * 1024.0),
    );
    Ok(())
}
