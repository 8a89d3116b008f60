//! Failures of the program, and its exit codes.

use std::{fmt, process::ExitCode};

use countersign_core::{ConfigError, error::SignError};

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

    /// Adds the place of the failure, such as the name of a file.
    pub(crate) fn within(self, place: &str) -> Self {
        Self { what: format!("{place}: {}", self.what), ..self }
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

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let next = match &error {
            ConfigError::EmptySecret => "set it to the secret that the provider shows",
            ConfigError::SecretWhiteSpace => "remove the white space around the secret",
            ConfigError::SecretInQuotes => "remove the quotes around the secret",
            ConfigError::SecretNotBase64 { prefix: "whsk_" } => {
                "sign with the private key, which begins with `whsk_`"
            }
            ConfigError::SecretNotBase64 { prefix: "whpk_" } => {
                "verify with the public key, which begins with `whpk_`"
            }
            ConfigError::SecretNotBase64 { .. } | ConfigError::SecretLength { .. } => {
                "copy the whole text that the provider shows"
            }
            ConfigError::NotAPublicKey => "give the text that begins with `whpk_`",
            ConfigError::NotAPrivateKey => "give the text that begins with `whsk_`",
            ConfigError::TooManySecrets { .. } => "remove the oldest ones",
            ConfigError::HeaderName { .. } => "give the name only, such as `X-Signature`",
            ConfigError::MalformedUrl => "give the exact text that you gave the provider",
            _ => "see `countersign help`",
        };
        Self::usage(error).next(next)
    }
}

impl From<SignError> for Failure {
    fn from(error: SignError) -> Self {
        let next = match &error {
            SignError::MissingId => "add --id msg_1",
            SignError::IdNotHeaderText | SignError::IdHoldsSeparator { .. } => {
                "use an id of letters, digits and underscores, such as msg_1"
            }
            _ => "give --at a time after 1970",
        };
        Self::usage(error).next(next)
    }
}
