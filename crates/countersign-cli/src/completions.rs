//! The command `completions`.

use std::process::ExitCode;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::{
    failure::{self, Failure},
    output::Output,
};

/// Prints the completions of a shell
#[derive(Args)]
#[command(after_help = "Example: countersign completions bash > \
    ~/.local/share/bash-completion/completions/countersign")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let mut text = Vec::new();
        let mut command = crate::Arguments::command();
        clap_complete::generate(self.shell, &mut command, "countersign", &mut text);
        output.write(&text)?;
        Ok(failure::DONE.into())
    }
}
