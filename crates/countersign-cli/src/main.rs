//! The command `countersign`: signs, sends, receives and explains webhooks.

mod failure;
mod inbox;
mod output;
mod simulate;
mod span;
mod utc;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use output::Output;

/// Signs, sends, receives and explains webhooks, as 28 providers do.
#[derive(Parser)]
#[command(name = "countersign", version, propagate_version = true)]
struct Arguments {
    /// Prints one JSON object a line, for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Inbox(inbox::Inbox),
    Simulate(simulate::Simulate),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let output = Output::new(arguments.json);
    match run(&arguments.command, &output) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

fn run(command: &Command, output: &Output) -> Result<ExitCode, Failure> {
    match command {
        Command::Inbox(command) => command.run(output),
        Command::Simulate(command) => command.run(output),
    }
}
