//! Failures of the program, and its exit codes.

use std::{fmt, process::ExitCode};

/// The delivery was verified, or delivered.
pub(crate) const DONE: u8 = 0;

/// The delivery was refused.
pub(crate) const REFUSED: u8 = 1;

/// The arguments are not valid. `clap` uses this code, too.
pub(crate) const USAGE: u8 = 2;

/// The command could not run.
pub(crate) const COULD_NOT_RUN: u8 = 3;

/// A failure that ends the program. It is written to the standard error, with the next step.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    what: String,
    next: Option<String>,
}

impl Failure {
    /// Arguments that are not valid.
    pub(crate) fn usage(what: impl fmt::Display) -> Self {
        Self { code: USAGE, what: what.to_string(), next: None }
    }

    /// A command that could not run.
    pub(crate) fn could_not_run(what: impl fmt::Display) -> Self {
        Self { code: COULD_NOT_RUN, what: what.to_string(), next: None }
    }

    /// Adds the next step for the user.
    pub(crate) fn next(self, next: impl fmt::Display) -> Self {
        Self { next: Some(next.to_string()), ..self }
    }

    /// Writes the failure to the standard error, and returns the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        // If the standard error is closed, nobody reads this.
        let _ = write(&self.what, self.next.as_deref());
        self.code.into()
    }
}

fn write(what: &str, next: Option<&str>) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut stderr = std::io::stderr().lock();
    writeln!(stderr, "error: {what}")?;
    match next {
        Some(next) => writeln!(stderr, "  next: {next}"),
        None => Ok(()),
    }
}
