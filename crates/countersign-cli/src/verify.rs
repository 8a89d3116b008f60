//! The command `verify`.

use std::{
    process::ExitCode,
    time::{Duration, SystemTime},
};

use clap::Args;
use countersign_core::{providers::AnyProvider, scheme::BodyForm};

use crate::{
    duration,
    failure::{self, Failure},
    form, moment,
    output::Output,
    provider,
    recorded::DeliveryArguments,
    secrets::SecretArguments,
    verdict::{self, Verdict},
};

/// Verifies a delivery: a body with its headers, or a recorded request
#[derive(Args)]
#[command(after_help = "Examples:
  countersign verify github body.json -H 'X-Hub-Signature-256: sha256=...'
  countersign verify stripe delivery.http
  countersign verify slack capture.har --entry 2
  countersign verify standard-webhooks event-of-api-gateway.json --tolerance 10m")]
pub(crate) struct Arguments {
    /// The provider, such as stripe
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    provider: AnyProvider,
    #[command(flatten)]
    delivery: DeliveryArguments,
    /// Time at which it was received: RFC 3339, or seconds since 1970 [default: the recorded time,
    /// or now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
    /// URL that the provider was given, for providers that sign it [default: the recorded URL]
    #[arg(long)]
    url: Option<String>,
    /// Header of the signature, if it is not the provider's
    #[arg(long, value_name = "NAME")]
    signature_header: Option<String>,
    /// Also accepts a signature over this form of the body: javascript, inflated, member:NAME, or
    /// python or php with options (python:compact,unicode,sorted; php:array,slashes,unicode,pretty,zero)
    #[arg(long = "form", value_name = "FORM", value_parser = form::parse)]
    forms: Vec<BodyForm>,
    /// Largest accepted difference between the signed time and the time of receipt, such as 300 or 5m [default: the provider's]
    #[arg(long, value_name = "DURATION", value_parser = duration::parse)]
    tolerance: Option<Duration>,
    #[command(flatten)]
    secrets: SecretArguments,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let secrets = self.secrets.read()?.secrets()?;
        let recorded = self.delivery.read(&self.secrets)?;
        let mut verifier = self.provider.verifier(secrets)?;
        if let Some(url) = self.url.as_ref().or(recorded.url.as_ref()) {
            verifier = verifier.url(url)?;
        }
        if let Some(name) = &self.signature_header {
            verifier = verifier.header(name)?;
        }
        if !self.forms.is_empty() {
            let of_provider = self.provider.scheme().describe().forms;
            let forms: Vec<_> = self.forms.iter().chain(of_provider).copied().collect();
            verifier = verifier.forms(forms);
        }
        if let Some(tolerance) = self.tolerance {
            verifier = verifier.tolerance(tolerance);
        }
        // The body is in memory already, so the limit is only for texts that it inflates to.
        verifier = verifier.body_limit(recorded.body.len().max(INFLATED_LIMIT));
        let time = verdict::time(self.at, recorded.received_at);
        let result = verifier.verify_at(time, &recorded.headers, &recorded.body);
        let verdict = Verdict::of(self.provider, &result, &recorded.headers);
        output.print(&verdict, &verdict.text(output))?;
        Ok(if verdict.is_verified() { failure::DONE } else { failure::REFUSED }.into())
    }
}

/// Greatest length of an inflated text, in bytes.
const INFLATED_LIMIT: usize = 64 * 1024 * 1024;
