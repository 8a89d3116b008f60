//! Delivers events as a provider does, with duplicates, while receivers are killed and their store
//! is restarted and frozen. Then it counts the events that were lost, and those that were handled
//! twice:
//!
//! ```sh
//! cargo build --release -p countersign-tests --bins
//! target/release/faults --store postgres --deliveries 100000 --kills 100 --faults 10
//! ```
//!
//! Deliveries go to two receivers of the same store, each on its own port, over connections that
//! change to the other receiver when they break. A store in memory has only one receiver. A
//! delivery that is not answered 2xx is repeated after a while. After a 4xx other than 429, it is
//! given up, as many senders do. An effect is a line in a file that survives the receiver, or a row
//! in a table.
//!
//! The program fails if an event is lost, if a delivery is given up, or if an event is handled
//! twice although that must not happen: with `exactly-once`, or without kills.

mod arguments;
mod events;
mod receivers;
mod sender;
mod stores;

use std::{
    collections::HashMap,
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

use self::{
    arguments::{Arguments, Kind},
    receivers::Receivers,
    stores::Server,
};

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
    let Some(mut server) = Server::start(arguments.store)? else { return Ok(true) };
    let mut receivers = Receivers::start(arguments, &server)?;
    let deliveries = events::deliveries(arguments);
    let begin = Instant::now();

    // Count of the deliveries that were answered 2xx.
    let answered = Arc::new(AtomicUsize::new(0));
    let sending = {
        let (answered, addrs) = (Arc::clone(&answered), receivers.addrs());
        let deliveries = deliveries.clone();
        thread::spawn(move || sender::deliver(deliveries, &addrs, &answered))
    };

    // Kills and faults are spread evenly over the deliveries.
    let mut random = StdRng::seed_from_u64(arguments.seed);
    let due = |times: usize, answered: usize| answered * (times + 1) / deliveries.len();
    let (mut kills, mut faults) = (0, 0);
    while !sending.is_finished() {
        let done = answered.load(Ordering::Relaxed);
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
        } else {
            thread::sleep(Duration::from_millis(1));
        }
    }
    let given_up = sending.join().map_err(|_| "the sender panicked")?;

    let mut effects: HashMap<String, usize> = deliveries.iter().map(|id| (id.clone(), 0)).collect();
    let events = effects.len();
    for line in receivers.effects()?.lines() {
        *effects.get_mut(line).ok_or("an effect of no event")? += 1;
    }
    let lost = effects.values().filter(|times| **times == 0).count();
    let doubled = effects.values().filter(|times| **times > 1).count();
    let took = begin.elapsed().as_secs_f64();
    println!(
        "{} on {}: {} deliveries of {events} events, {kills} kills, {faults} faults of the store, \
         {given_up} given up, {took:.1} s: {lost} lost, {doubled} doubled",
        arguments.store,
        arguments.surface,
        deliveries.len(),
    );
    let may_double = kills > 0 && arguments.store != Kind::ExactlyOnce;
    Ok(lost == 0 && given_up == 0 && (doubled == 0 || may_double))
}
