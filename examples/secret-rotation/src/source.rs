//! Where the secrets come from.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
};

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

    /// Reads the secrets. An error tells the place, and nothing of a secret.
    pub(crate) fn read(&self) -> Result<Secrets, Box<dyn Error>> {
        match self {
            Self::Environment => from_environment().map_err(|error| {
                format!("{error}; the secrets can also be in a file that {FILE} names").into()
            }),
            Self::File(path) => from_file(path)
                .map_err(|error| format!("{FILE}={}: {error}", path.display()).into()),
        }
    }

    /// Reads the secrets again, while the program runs.
    #[cfg(unix)]
    pub(crate) fn read_again(&self) -> Result<Secrets, Box<dyn Error>> {
        match self {
            // It would read the same, and look as if something had been replaced.
            Self::Environment => Err(format!("{FILE} was not set at the start").into()),
            Self::File(_) => self.read(),
        }
    }
}

fn from_environment() -> Result<Secrets, Box<dyn Error>> {
    let secrets = Secrets::from_env(CURRENT)?;
    // Set and empty is an error: a deployment that lost its value should not go unnoticed.
    match env::var_os(PREVIOUS) {
        Some(_) => Ok(secrets.with_retired(Secret::from_env(PREVIOUS)?)?),
        None => Ok(secrets),
    }
}

fn from_file(path: &Path) -> Result<Secrets, Box<dyn Error>> {
    let text = fs::read_to_string(path)?;
    let mut lines = (1..)
        .zip(text.lines())
        .map(|(number, line)| Secret::new(line).map_err(|error| format!("line {number}: {error}")));
    let mut secrets = Secrets::new(lines.next().ok_or("it is empty")??);
    for retired in lines {
        secrets = secrets.with_retired(retired?)?;
    }
    Ok(secrets)
}

const FILE: &str = "SECRETS_FILE";
const CURRENT: &str = "WEBHOOK_SECRET";
const PREVIOUS: &str = "WEBHOOK_SECRET_PREVIOUS";
