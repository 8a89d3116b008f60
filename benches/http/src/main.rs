//! Requests per second over HTTP: every surface, beside bare frameworks, the limit, and receivers
//! as manuals show them.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-http
//! ```
//!
//! Needs Linux, two cores and `wrk` (`apt-get install wrk`). The documented receivers need `node`,
//! `npm` and `python3`, and are installed into `target/http-bench/` the first time. All traffic
//! stays on the loopback, and every process that the bench started is stopped by its id.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a bench")]

mod client;
mod compare;
mod connections;
mod documented;
mod memory;
mod process;
mod senders;
mod serve;
mod subject;
mod wrk;

use std::time::Duration;

use clap::{Parser, Subcommand};
use tokio::signal::unix::{SignalKind, signal};

/// A result whose error is printed for the user.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Measures every surface over HTTP.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

/// Durations, and the cores to use.
#[derive(Clone, Debug, clap::Args)]
struct Settings {
    /// Turns of each server, after one that does not count.
    #[arg(long, global = true, default_value_t = 8)]
    rounds: u32,
    /// Length of a turn, in whole seconds.
    #[arg(long, global = true, default_value_t = 2)]
    seconds: u64,
    /// The core of the servers.
    #[arg(long, global = true, default_value_t = 0)]
    server_core: u32,
    /// The core of the load.
    #[arg(long, global = true, default_value_t = 1)]
    load_core: u32,
    /// Only servers whose name contains this text, and the servers that they are compared with.
    #[arg(long, global = true)]
    only: Option<String>,
    /// Leaves out the receivers of Express and Flask.
    #[arg(long, global = true)]
    without_documented: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bare and verified handlers beside each other: the default.
    Compare,
    /// A few servers with 1 to 256 connections.
    Connections,
    /// Memory with 1,000 incomplete bodies, and with 32 bodies of 1 MiB at once.
    Memory,
    /// Memory, and the p99 of a genuine delivery, while 1,000 rejected senders keep sending.
    Senders,
    /// One server, until its standard input ends.
    #[command(hide = true)]
    Serve { name: String, port: u16 },
}

fn main() -> Outcome<()> {
    let Arguments { command, settings } = Arguments::parse();
    if let Some(Command::Serve { name, port }) = command {
        return serve::serve(&name, port);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut interrupted = signal(SignalKind::interrupt())?;
        let mut terminated = signal(SignalKind::terminate())?;
        // Whichever ends first, all processes that were started are dropped and thereby stopped.
        tokio::select! {
            outcome = run(command, &settings) => outcome,
            _ = interrupted.recv() => Err("interrupted".into()),
            _ = terminated.recv() => Err("terminated".into()),
            () = tokio::time::sleep(Duration::from_secs(3600)) => Err("not done in an hour".into()),
        }
    })
}

async fn run(command: Option<Command>, settings: &Settings) -> Outcome<()> {
    match command {
        None | Some(Command::Compare) => compare::run(settings).await,
        Some(Command::Connections) => connections::run(settings).await,
        Some(Command::Memory) => memory::run(settings).await,
        Some(Command::Senders) => senders::run(settings).await,
        Some(Command::Serve { .. }) => Ok(()),
    }
}
