//! The command `man`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_mangen::Man;

use crate::{
    failure::{self, Failure},
    output::Output,
};

/// Prints the manual page of the program, or of one command
#[derive(Args)]
#[command(after_help = "Example: countersign man verify | man -l -")]
pub(crate) struct Arguments {
    /// The command, such as verify
    command: Option<String>,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let mut program = crate::Arguments::command();
        program.build();
        let command = match &self.command {
            None => program,
            Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
                Failure::usage(format!("no command {name:?}"))
                    .next("`countersign help` lists the commands")
            })?,
        };
        let mut text = Vec::new();
        Man::new(command).render(&mut text).map_err(Failure::could_not_run)?;
        output.write(&text)?;
        Ok(failure::DONE.into())
    }
}
