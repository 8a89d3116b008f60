//! The place that the secrets come from.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::Context;
use countersign::{Secret, Secrets};

/// The file that `SECRETS_FILE` names; without it, two variables of the environment.
pub(crate) enum Source {
    Environment,
    File(PathBuf),
}

impl Source {
    pub(crate) fn from_env() -> Self {
        env::var_os(FILE).map_or(Self::Environment, |path| Self::File(path.into()))
    }

    /// Reads the secrets. An error names the place, and contains nothing of a secret.
    pub(crate) fn read(&self) -> anyhow::Result<Secrets> {
        match self {
            Self::Environment => from_environment()
                .with_context(|| format!("no secrets; they can also be in a file, see {FILE}")),
            Self::File(path) => {
                from_file(path).with_context(|| format!("{FILE}={}", path.display()))
            }
        }
    }

    /// Reads the secrets again, while the program runs.
    #[cfg(unix)]
    pub(crate) fn read_again(&self) -> anyhow::Result<Secrets> {
        // The environment would still hold the former secrets.
        anyhow::ensure!(matches!(self, Self::File(_)), "{FILE} was not set at the start");
        self.read()
    }
}

fn from_environment() -> anyhow::Result<Secrets> {
    let secrets = Secrets::from_env(CURRENT)?;
    // An empty variable is an error: a deployment that lost the value should not go unnoticed.
    match env::var_os(PREVIOUS) {
        Some(_) => Ok(secrets.with_retired(Secret::from_env(PREVIOUS)?)?),
        None => Ok(secrets),
    }
}

fn from_file(path: &Path) -> anyhow::Result<Secrets> {
    let text = fs::read_to_string(path)?;
    let mut lines = (1..)
        .zip(text.lines())
        .map(|(number, line)| Secret::new(line).with_context(|| format!("line {number}")));
    let mut secrets = Secrets::new(lines.next().context("it is empty")??);
    for retired in lines {
        secrets = secrets.with_retired(retired?)?;
    }
    Ok(secrets)
}

const FILE: &str = "SECRETS_FILE";
const CURRENT: &str = "WEBHOOK_SECRET";
const PREVIOUS: &str = "WEBHOOK_SECRET_PREVIOUS";
