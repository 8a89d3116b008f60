//! The command `inbox`: lists and changes the deliveries that an inbox keeps.

mod binding;
mod change;
mod curl;
mod engine;
mod filter;
mod prune;
mod rows;
mod show;
mod stats;
mod text;
mod tls;

use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::{
    failure::{DONE, Failure, REFUSED},
    output::Output,
};
use change::{Action, Change};
use engine::{Engine, Place};
use filter::Chosen;

/// Lists and changes the deliveries that an inbox keeps in SQLite or PostgreSQL
#[derive(Args)]
#[command(after_help = "\
The inbox must exist: this command makes neither files nor tables. Only `prune` removes rows.")]
pub(crate) struct Inbox {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists deliveries, the newest first
    List(Chosen),
    Show(show::Show),
    /// Makes waiting deliveries due now, instead of at their next attempt
    Retry(Change),
    /// Makes deliveries due now, with all their attempts again: those that are done, too
    Replay(Change),
    /// Gives up deliveries that wait or are dead; they are kept as the memory of their events
    Discard(Change),
    Prune(prune::Prune),
    /// Counts the deliveries of each endpoint that are not done
    Stats,
}

impl Inbox {
    /// Runs the command.
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(Failure::could_not_run)?;
        runtime.block_on(async {
            let engine = self.place.open().await?;
            let is_done = self.command.run(&engine, output).await?;
            Ok(if is_done { DONE } else { REFUSED }.into())
        })
    }
}

impl Command {
    /// Returns false if the inbox refused a change.
    async fn run(&self, engine: &Engine, output: &Output) -> Result<bool, Failure> {
        match self {
            Self::List(chosen) => rows::list(engine, chosen, output).await.map(|()| true),
            Self::Show(show) => show.run(engine, output).await,
            Self::Retry(change) => change.run(Action::Retry, engine, output).await,
            Self::Replay(change) => change.run(Action::Replay, engine, output).await,
            Self::Discard(change) => change.run(Action::Discard, engine, output).await,
            Self::Prune(prune) => prune.run(engine, output).await.map(|()| true),
            Self::Stats => stats::print(engine, output).await.map(|()| true),
        }
    }
}
