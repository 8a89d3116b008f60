//! The command `listen`.

mod answer;
mod intake;
mod line;
mod receiver;
mod server;
mod verification;

use std::{
    fs,
    net::{IpAddr, SocketAddr},
    num::NonZeroUsize,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use countersign_core::{providers::AnyProvider, scheme::BodyForm};

use crate::{
    duration,
    failure::{self, Failure},
    form, http,
    output::Output,
    provider,
    secrets::SecretArguments,
};

use receiver::Receiver;
use verification::Verification;

/// Receives deliveries of any provider, and prints each of them
#[derive(Args)]
#[command(after_help = "Examples:
  countersign listen
  countersign listen stripe --port 3000 --record deliveries
  countersign listen github --forward-to http://127.0.0.1:3000/github")]
pub(crate) struct Arguments {
    /// The provider [default: chosen for each delivery, by its signature header]
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    provider: Option<AnyProvider>,
    /// Port, 0 for any free one
    #[arg(long, default_value_t = 4000)]
    port: u16,
    /// Address to listen on. With the default, only this machine reaches it; with 0.0.0.0, other
    /// machines do, too
    #[arg(long, value_name = "IP", default_value = "127.0.0.1")]
    address: IpAddr,
    /// Keeps each delivery in a file of this directory, with its exact bytes
    #[arg(long, value_name = "DIR")]
    record: Option<PathBuf>,
    /// Forwards each delivery, verified or not, and returns the answer
    #[arg(long, value_name = "URL", value_parser = http::parse_url)]
    forward_to: Option<String>,
    /// Longest wait for the answer of --forward-to
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    timeout: Duration,
    /// Ends after this many deliveries: with 0 if all of them were verified, else with 1
    #[arg(long, value_name = "N")]
    count: Option<NonZeroUsize>,
    /// URL that the provider was given, for providers that sign it [default: the URL of the
    /// request]
    #[arg(long)]
    url: Option<String>,
    /// Header of the signature, if it is not the provider's
    #[arg(long, value_name = "NAME", requires = "provider")]
    signature_header: Option<String>,
    /// Also accepts a signature over this form of the body, as in `verify`
    #[arg(long = "form", value_name = "FORM", value_parser = form::parse)]
    forms: Vec<BodyForm>,
    /// Largest accepted difference between the signed time and the time of receipt [default: the provider's]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    tolerance: Option<Duration>,
    #[command(flatten)]
    secrets: SecretArguments,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        if let Some(directory) = &self.record {
            fs::create_dir_all(directory).map_err(|error| {
                Failure::could_not_run(format!("{}: {error}", directory.display()))
                    .next("give a directory that can be written with --record")
            })?;
        }
        let given = self.secrets.read()?;
        let verification = Verification {
            provider: self.provider,
            secrets: given.secrets()?,
            texts: given.texts,
            url: self.url.clone(),
            signature_header: self.signature_header.clone(),
            forms: self.forms.clone(),
            tolerance: self.tolerance,
        };
        verification.check()?;
        let client = http::Client::new(self.timeout, server::MAX_CONNECTIONS);
        let receiver = Receiver::new(
            *output,
            verification,
            self.record.clone(),
            self.forward_to.clone().map(|url| (client, url)),
        );
        let address = SocketAddr::new(self.address, self.port);
        let are_verified = server::run(address, receiver, self.count.map(NonZeroUsize::get))?;
        Ok(if are_verified { failure::DONE } else { failure::REFUSED }.into())
    }
}
