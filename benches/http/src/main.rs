//! Requests per second over HTTP: every surface, beside bare frameworks, the limit, and receivers
//! as manuals show them.
//!
//! ```sh
//! cargo run --release --manifest-path benches/Cargo.toml -p countersign-bench-http
//! ```
//!
//! Needs Linux, two cores and `wrk` (`apt-get install wrk`); the documented receivers need `node`,
//! `npm` and `python3`, and are installed into `target/http-bench/` the first time. Everything stays
//! on the loopback, and everything that was started is stopped by its process id.

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

/// A failure, for who runs it to read.
type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

/// Measures every surface over HTTP.
#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
}

/// How long, and on what.
#[derive(Clone, Debug, clap::Args)]
struct Settings {
    /// How often each server has its turn, after one that does not count.
    #[arg(long, global = true, default_value_t = 8)]
    rounds: u32,
    /// How long a turn takes, in whole seconds.
    #[arg(long, global = true, default_value_t = 2)]
    seconds: u64,
    /// The core of the servers.
    #[arg(long, global = true, default_value_t = 0)]
    server_core: u32,
    /// The core of the load.
    #[arg(long, global = true, default_value_t = 1)]
    load_core: u32,
    /// Only servers whose name has this text in it; what they are held against is added.
    #[arg(long, global = true)]
    only: Option<String>,
    /// Leave out the receivers of Express and Flask.
    #[arg(long, global = true)]
    without_documented: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bare and verified handlers beside each other: the default.
    Compare,
    /// The same few with 1 to 256 connections.
    Connections,
    /// Memory with 1,000 bodies under way, and with 32 bodies of 1 MiB at once.
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
        // Whatever ends first: all that was started is dropped, and stopped by that.
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
