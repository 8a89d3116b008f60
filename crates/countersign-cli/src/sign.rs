//! The command `sign`.

mod curl;
mod signature;

use std::{path::PathBuf, process::ExitCode, time::SystemTime};

use clap::Args;
use countersign_core::providers::AnyProvider;
use serde::Serialize;

use crate::{
    failure::{self, Failure},
    input, moment,
    output::Output,
    provider,
    secrets::SecretArguments,
};

pub(crate) use signature::Signature;

/// Signs a body, and prints the headers that the provider would send
#[derive(Args)]
#[command(after_help = "Examples:
  countersign sign github body.json
  countersign sign stripe body.json --curl=http://127.0.0.1:3000/stripe
  printf '{}' | countersign sign standard-webhooks --id msg_1 --at 1700000000")]
pub(crate) struct Arguments {
    /// The provider, such as stripe
    #[arg(value_parser = provider::parser(), hide_possible_values = true)]
    provider: AnyProvider,
    /// The body [default: the standard input]
    file: Option<PathBuf>,
    /// Prints a line for curl, with the exact body
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true)]
    #[arg(default_missing_value = "http://127.0.0.1:3000/")]
    curl: Option<String>,
    /// Signed time: RFC 3339, or seconds since 1970 [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment::parse)]
    at: Option<SystemTime>,
    /// Id of the delivery, for providers that send it in a header
    #[arg(long)]
    id: Option<String>,
    /// Puts the signature into this header instead of the provider's
    #[arg(long, value_name = "NAME", alias = "signature-header")]
    header: Option<String>,
    /// Signed URL, for providers that sign it [default: the URL of --curl]
    #[arg(long, alias = "signed-url")]
    url: Option<String>,
    #[command(flatten)]
    secrets: SecretArguments,
}

#[derive(Serialize)]
struct Record<'a> {
    provider: &'static str,
    headers: &'a [(String, String)],
    #[serde(skip_serializing_if = "Option::is_none")]
    curl: Option<&'a str>,
}

impl Arguments {
    pub(crate) fn run(&self, output: &Output) -> Result<ExitCode, Failure> {
        let signature = Signature {
            provider: self.provider,
            at: self.at,
            id: self.id.as_deref(),
            header: self.header.as_deref(),
            url: self.url.as_deref().or(self.curl.as_deref()),
        };
        let secret = self.secrets.read()?.current()?;
        let body = input::read(self.file.as_deref(), &self.secrets)?;
        let headers = signature.headers(&secret, &body)?;
        let curl =
            self.curl.as_ref().map(|url| curl::line(url, &headers, &body, self.file.as_deref()));
        let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let text = curl.clone().unwrap_or_else(|| lines.collect());
        let curl = curl.as_deref();
        output.print(&Record { provider: self.provider.name(), headers: &headers, curl }, &text)?;
        Ok(failure::DONE.into())
    }
}
