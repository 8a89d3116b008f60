//! Secrets of the command line: from a variable, a file or the standard input, never an argument.

use std::{
    env, fs,
    io::{self, Read as _},
    path::PathBuf,
};

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use countersign_core::{Secret, Secrets};
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The options that say where the secrets are.
#[derive(Clone, Debug, Default)]
pub(crate) struct SecretArguments {
    /// In the order of the command line: the first one is the current secret.
    places: Vec<Place>,
}

/// The place of one secret.
#[derive(Clone, Debug)]
enum Place {
    Variable(String),
    File(PathBuf),
    Stdin,
}

/// The secrets that a command was given: 1 to 4.
pub(crate) struct Given {
    /// The exact texts, the current one first.
    pub(crate) texts: Vec<Zeroizing<String>>,
    /// The place of each secret, for errors.
    places: Vec<String>,
}

impl SecretArguments {
    /// Returns true if a secret is read from the standard input, so that a body cannot be.
    pub(crate) fn use_stdin(&self) -> bool {
        self.places.iter().any(|place| matches!(place, Place::Stdin))
    }

    /// Reads the secrets.
    pub(crate) fn read(&self) -> Result<Given, Failure> {
        let default = [Place::Variable(DEFAULT_VARIABLE.to_owned())];
        let places = if self.places.is_empty() { &default[..] } else { &self.places };
        let texts = places.iter().map(Place::read).collect::<Result<_, _>>()?;
        Ok(Given { texts, places: places.iter().map(Place::name).collect() })
    }
}

impl Place {
    fn name(&self) -> String {
        match self {
            Self::Variable(name) => format!("environment variable {name}"),
            Self::File(path) => path.display().to_string(),
            Self::Stdin => "standard input".to_owned(),
        }
    }

    fn read(&self) -> Result<Zeroizing<String>, Failure> {
        let bytes = match self {
            Self::Variable(name) => {
                return env::var(name).map(Zeroizing::new).map_err(|error| {
                    let next = if name == DEFAULT_VARIABLE {
                        GIVE_SECRET.to_owned()
                    } else {
                        format!("set {name} to the secret, and export it")
                    };
                    Failure::usage(reason(&error)).within(&self.name()).next(next)
                });
            }
            Self::File(path) => fs::read(path).map(Zeroizing::new).map_err(|error| {
                Failure::could_not_run(error).next("check the path after --secret-file")
            }),
            Self::Stdin => {
                let mut bytes = Zeroizing::new(Vec::new());
                let read = io::stdin().lock().read_to_end(&mut bytes);
                read.map(|_| bytes).map_err(Failure::could_not_run)
            }
        };
        let text = bytes.and_then(|bytes| text(&bytes));
        text.map_err(|failure| failure.within(&self.name()))
    }
}

/// Removes one line break at the end, and keeps everything else.
fn text(bytes: &[u8]) -> Result<Zeroizing<String>, Failure> {
    let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let line = str::from_utf8(line.unwrap_or(bytes)).map_err(|_| {
        Failure::usage("the secret is not text in UTF-8")
            .next("write the secret as the provider shows it")
    })?;
    Ok(Zeroizing::new(line.to_owned()))
}

impl Given {
    /// Returns the current secret, with which a command signs.
    pub(crate) fn current(&self) -> Result<Secret, Failure> {
        self.each().next().unwrap_or_else(|| Err(Failure::usage("no secret").next(GIVE_SECRET)))
    }

    /// Returns all secrets, for a verifier.
    pub(crate) fn secrets(&self) -> Result<Secrets, Failure> {
        let mut secrets = Secrets::new(self.current()?);
        for secret in self.each().skip(1) {
            secrets = secrets.with_retired(secret?)?;
        }
        Ok(secrets)
    }

    fn each(&self) -> impl Iterator<Item = Result<Secret, Failure>> {
        self.texts.iter().zip(&self.places).map(|(text, place)| {
            Secret::new(text.as_str()).map_err(|error| Failure::from(error).within(place))
        })
    }
}

fn reason(error: &env::VarError) -> &'static str {
    match error {
        env::VarError::NotPresent => "not set",
        env::VarError::NotUnicode(_) => "not Unicode",
    }
}

impl Args for SecretArguments {
    fn augment_args(command: Command) -> Command {
        let variable = Arg::new(VARIABLE)
            .long(VARIABLE)
            .value_name("NAME")
            .action(ArgAction::Append)
            .help_heading(HEADING)
            .help(format!(
                "Environment variable that holds a secret; the first one given is the current \
                 secret [default: {DEFAULT_VARIABLE}]"
            ));
        let file = Arg::new(FILE)
            .long(FILE)
            .value_name("FILE")
            .value_parser(value_parser!(PathBuf))
            .action(ArgAction::Append)
            .help_heading(HEADING)
            .help(
                "File that holds a secret, `-` for the standard input; one line break at the end is removed",
            );
        command.arg(variable).arg(file)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SecretArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let indices = |id| matches.indices_of(id).into_iter().flatten();
        let variables = matches.get_many::<String>(VARIABLE).into_iter().flatten();
        let variables = variables.map(|name| Place::Variable(name.clone()));
        let files = matches.get_many::<PathBuf>(FILE).into_iter().flatten();
        let files = files.map(|path| match path.as_os_str().as_encoded_bytes() {
            b"-" => Place::Stdin,
            _ => Place::File(path.clone()),
        });
        let mut places: Vec<_> =
            indices(VARIABLE).zip(variables).chain(indices(FILE).zip(files)).collect();
        places.sort_by_key(|(index, _)| *index);
        Ok(Self { places: places.into_iter().map(|(_, place)| place).collect() })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

const DEFAULT_VARIABLE: &str = "COUNTERSIGN_SECRET";
const VARIABLE: &str = "secret-env";
const FILE: &str = "secret-file";
const HEADING: &str = "Secrets";
const GIVE_SECRET: &str =
    "set COUNTERSIGN_SECRET, or give --secret-env NAME, --secret-file FILE or --secret-file -";
