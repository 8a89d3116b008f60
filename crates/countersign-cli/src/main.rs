//! The command `countersign`: signs, sends, receives and explains webhooks.

mod candidates;
mod completions;
mod duration;
mod explain;
mod failure;
mod fixtures;
mod form;
mod header;
mod http;
mod inbox;
mod input;
mod listen;
mod man;
mod members;
mod moment;
mod outcome;
mod output;
mod pretty;
mod provider;
mod providers;
mod recorded;
mod replay;
mod schedule;
mod secrets;
mod send;
mod sign;
mod simulate;
mod span;
mod verdict;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;
use output::Output;

/// Signs, sends, receives and explains webhooks, as 28 providers do.
///
/// Exit codes: 0 verified or delivered, 1 refused, 2 usage, 3 could not run.
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
    Providers(providers::Arguments),
    Sign(sign::Arguments),
    Verify(verify::Arguments),
    Explain(explain::Arguments),
    Send(send::Arguments),
    Listen(listen::Arguments),
    Replay(replay::Arguments),
    Inbox(inbox::Inbox),
    Simulate(simulate::Simulate),
    Completions(completions::Arguments),
    Man(man::Arguments),
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
        Command::Providers(arguments) => arguments.run(output),
        Command::Sign(arguments) => arguments.run(output),
        Command::Verify(arguments) => arguments.run(output),
        Command::Explain(arguments) => arguments.run(output),
        Command::Send(arguments) => arguments.run(output),
        Command::Listen(arguments) => arguments.run(output),
        Command::Replay(arguments) => arguments.run(output),
        Command::Inbox(command) => command.run(output),
        Command::Simulate(command) => command.run(output),
        Command::Completions(arguments) => arguments.run(output),
        Command::Man(arguments) => arguments.run(output),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn has_arguments_without_contradictions() {
        super::Arguments::command().debug_assert();
    }
}
