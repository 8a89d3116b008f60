//! The command `replay`.

mod resigning;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::Duration,
};

use clap::Args;
use countersign_core::providers::AnyProvider;

use crate::{
    duration,
    failure::Failure,
    header::{self, Field},
    http::{self, Client, Request},
    input,
    outcome::{Outcome, Report},
    output::Output,
    provider,
    recorded::{self, Format, Recorded},
    secrets::SecretArguments,
};

/// Sends recorded deliveries again: the same bytes, or signed anew
#[derive(Args)]
#[command(after_help = "Examples:
  countersign replay deliveries/*.http http://127.0.0.1:3000/hook
  countersign replay delivery.http http://127.0.0.1:3000/hook --resign")]
pub(crate) struct Arguments {
    /// Recorded deliveries: of `listen --record`, raw HTTP, HAR, or events of API gateways
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The receiver
    #[arg(value_parser = http::parse_url)]
    url: String,
    /// Signs each delivery anew, at the present time
    #[arg(long)]
    resign: bool,
    /// The provider that --resign signs for [default: the recorded one, or the one with this
    /// signature header]
    #[arg(long, requires = "resign")]
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    provider: Option<AnyProvider>,
    /// Another header, or another value
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = header::parse)]
    headers: Vec<Field>,
    /// URL that --resign signs, for providers that sign it [default: URL]
    #[arg(long, value_name = "URL", requires = "resign")]
    signed_url: Option<String>,
    /// Format of the files
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Entry of a HAR file, counted from 1 [default: the first POST]
    #[arg(long, value_name = "N")]
    entry: Option<usize>,
    /// Longest wait for an answer
    #[arg(long, value_name = "DURATION", default_value = "30s", value_parser = duration::parse)]
    timeout: Duration,
    #[command(flatten)]
    secrets: SecretArguments,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let secret = match self.resign {
            true => Some(self.secrets.read()?.current()?),
            false => None,
        };
        // All files are read first, so that a wrong one is found before anything is sent.
        let deliveries: Vec<_> =
            self.files.iter().map(|file| self.recorded(file)).collect::<Result<_, _>>()?;
        let client = Client::new(self.timeout, 1);
        let mut report = Report::new(output, deliveries.len());
        for (index, (file, mut recorded)) in self.files.iter().zip(deliveries).enumerate() {
            if let Some(secret) = &secret {
                let url = self.signed_url.as_ref().unwrap_or(&self.url);
                resigning::sign(&mut recorded, self.provider, secret, url)?;
            }
            let mut headers = recorded.headers;
            let all = headers.clone();
            headers.retain(|(name, _)| !header::is_of_connection(&all, name));
            for field in &self.headers {
                header::set(&mut headers, field.clone());
            }
            let request = Request {
                method: &recorded.method,
                url: &self.url,
                headers: &headers,
                body: &recorded.body,
                is_chunked: false,
            };
            let outcome = Outcome::new(&file.display().to_string(), client.send(&request));
            report.add(&Outcome { delivery: index + 1, ..outcome })?;
        }
        report.end()
    }

    fn recorded(&self, file: &Path) -> Result<Recorded, Failure> {
        let bytes = input::read(Some(file), &self.secrets)?;
        recorded::read(&bytes, self.format, self.entry)?.ok_or_else(|| {
            Failure::usage(format!("{}: not a recorded request", file.display()))
                .next("record deliveries with `countersign listen --record DIR`")
        })
    }
}
