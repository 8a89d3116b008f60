//! One request through a whole router or app, as a service call: every surface, beside the bare
//! framework, the limit, and crates with the same purpose.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-in-process
//! ```
//!
//! Requests are made before the clock starts, and no future waits, because the whole body is there.

#![allow(clippy::unwrap_used, reason = "a bench")]

mod actix;
mod axum;
mod budgets;
mod dispatch;
mod flat;
mod frames;
mod peers;
mod poll;
mod table;
mod tower;

use std::{io, time::Duration};

use clap::Parser;
use countersign_bench::{Delivery, Report, Rounds};

use crate::table::Measured;

/// Measures every surface in process.
#[derive(Debug, Parser)]
struct Arguments {
    /// Turns of each subject.
    #[arg(long, default_value_t = 60)]
    rounds: u32,
    /// Length of a turn.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 4)]
    turn: u64,
}

fn main() -> io::Result<()> {
    let Arguments { rounds, turn } = Arguments::parse();
    let rounds = Rounds { count: rounds, turn: Duration::from_millis(turn) };
    let mut report = Report::of_this_machine();
    report.conditions.push(("rounds".to_owned(), rounds.count.to_string()));
    actix_web::rt::System::new().block_on(async {
        for size in [1024, 64 * 1024] {
            let delivery = Delivery::plain(size);
            let mut subjects = axum::subjects(&delivery);
            subjects.extend(tower::subjects(&delivery));
            subjects.extend(actix::subjects(&delivery).await);
            subjects.extend(flat::subjects(&delivery));
            subjects.extend(peers::subjects(size).await);
            let measured = Measured::new(rounds, subjects);
            let title = format!("One request of {} KiB in process", size / 1024);
            report.tables.push(measured.table(&title));
            budgets::add(&mut report, &measured, size);
        }
        let measured = Measured::new(rounds, frames::subjects());
        report.tables.push(measured.table("From the last of 64 frames to the answer, 1 MiB"));
        budgets::add_frames(&mut report, &measured);
        let measured = Measured::new(rounds, dispatch::subjects(1024));
        report.tables.push(measured.table("A handler of 100, 1 KiB"));
        budgets::add_dispatch(&mut report, &measured);
    });
    report.print();
    report.write("in-process-bench.json")
}
