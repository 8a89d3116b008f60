//! Sends a signed delivery to a receiver, as a provider would, and prints the answer.
//!
//! Start a receiver, such as `WEBHOOK_SECRET=secret cargo run -p axum-layer`. In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! cargo run -p send -- x-webhook-signature http://127.0.0.1:3000/json
//! ```
//!
//! In PowerShell, the first line is `$env:COUNTERSIGN_SECRET = "secret"`, and in `cmd` it is
//! `set COUNTERSIGN_SECRET=secret`. The second line is the same in every shell.
//!
//! Each provider has a sample event. `id=evt_2 data.name=Ada` changes two members of it, and
//! `--text` or `--file` replaces it. `--forged` changes the body after it was signed.
//! `cargo run -p send -- --help` lists the options and the providers.

mod body;
mod providers;

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Context, bail};
use clap::Parser;
use countersign::Secret;
use ureq::Agent;

use self::providers::Delivery;

/// Sends a signed delivery to a receiver, as a provider would, and prints the answer.
#[derive(Parser)]
#[command(after_help = providers::list())]
struct Arguments {
    /// The provider that would send it, such as stripe
    provider: String,
    /// The receiver, such as http://127.0.0.1:3000/stripe
    url: String,
    /// Members to change in the sample: `id=evt_2 data.name=Zoë`; `data.cents:=5` for a number or
    /// other JSON; `id=` removes the member
    #[arg(value_name = "MEMBER=VALUE")]
    members: Vec<String>,
    /// Environment variable that holds the secret
    #[arg(long, value_name = "VARIABLE", default_value = "COUNTERSIGN_SECRET")]
    secret_from: String,
    /// Sends this text instead of the sample
    #[arg(long, conflicts_with = "members")]
    text: Option<String>,
    /// Sends the bytes of this file instead of the sample
    #[arg(long, conflicts_with_all = ["members", "text"])]
    file: Option<PathBuf>,
    /// Id of the delivery, for providers that send it in a header
    #[arg(long, default_value = "msg_1")]
    id: String,
    /// Another header, or another value, such as `X-GitHub-Event: push`
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,
    /// Puts the signature into this header instead of the provider's
    #[arg(long, value_name = "NAME")]
    signature_header: Option<String>,
    /// URL to sign, if the receiver behind a proxy has another URL [default: URL]
    #[arg(long, value_name = "URL")]
    signed_url: Option<String>,
    /// Changes the body after it was signed
    #[arg(long)]
    forged: bool,
    /// Sends no signature
    #[arg(long, conflicts_with = "forged")]
    unsigned: bool,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let Some(known) = providers::find(&arguments.provider) else {
        bail!("no provider {:?}: `send --help` lists those that are known", arguments.provider);
    };
    let url = match arguments.url.split_once("://") {
        None => format!("http://{}", arguments.url),
        Some(("http", _)) => arguments.url.clone(),
        Some((scheme, _)) => {
            bail!("{scheme} is not supported: send to the receiver itself, by http")
        }
    };
    let mut body = match (&arguments.text, &arguments.file) {
        (Some(text), _) => text.clone().into_bytes(),
        (_, Some(file)) => fs::read(file).with_context(|| file.display().to_string())?,
        _ => body::with_members(known.sample, &arguments.members)?.into_bytes(),
    };

    let mut headers = known.event_headers(&arguments.id);
    headers.push(("Content-Type".to_owned(), "application/json".to_owned()));
    for header in &arguments.header {
        let (name, value) = header.split_once(':').context("--header is `NAME: VALUE`")?;
        headers.retain(|(replaced, _)| !replaced.eq_ignore_ascii_case(name.trim()));
        headers.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    if !arguments.unsigned {
        headers.extend((known.sign)(&Delivery {
            secret: Secret::from_env(&arguments.secret_from)?,
            url: arguments.signed_url.as_deref().unwrap_or(&url),
            id: &arguments.id,
            header: arguments.signature_header.as_deref(),
            body: &body,
        })?);
    }
    if arguments.forged {
        body.push(b' ');
    }
    post(&url, &headers, &body)
}

fn post(url: &str, headers: &[(String, String)], body: &[u8]) -> anyhow::Result<()> {
    // Each answer is shown as it is, also a redirect and a rejection.
    let agent: Agent = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .build()
        .into();
    let mut request = agent.post(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let start = Instant::now();
    let mut answer = request.send(body).with_context(|| format!("no answer from {url}"))?;
    let text = answer.body_mut().read_to_string()?;
    println!("{} in {:.1} ms", answer.status(), start.elapsed().as_secs_f64() * 1000.0);
    for name in ["retry-after", "idempotent-replayed"] {
        if let Some(value) = answer.headers().get(name) {
            println!("{name}: {}", value.to_str()?);
        }
    }
    if !text.is_empty() {
        println!("{text}");
    }
    Ok(())
}
