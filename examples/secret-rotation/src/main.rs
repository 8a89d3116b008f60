//! A secret is rotated while the receiver runs: the new secret and the old one are both accepted,
//! and the handler sees which of them matched.
//!
//! ```sh
//! export WEBHOOK_SECRET=whsec_new WEBHOOK_SECRET_PREVIOUS=whsec_old
//! cargo run -p secret-rotation
//! ```
//!
//! In another shell, with the same two variables: a delivery signed with the current secret, one
//! signed with the retired secret, and a forged one.
//!
//! ```sh
//! export WEBHOOK_SECRET=whsec_new WEBHOOK_SECRET_PREVIOUS=whsec_old
//! export URL=http://127.0.0.1:3000/webhooks
//! countersign send x-webhook-signature $URL --secret-env WEBHOOK_SECRET
//! # 200 received
//! countersign send x-webhook-signature $URL --secret-env WEBHOOK_SECRET_PREVIOUS
//! # 200 received
//! countersign send x-webhook-signature $URL --secret-env WEBHOOK_SECRET --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! The environment of a process does not change while it runs, but a file does. Its first line is
//! the current secret, and up to three further lines are retired secrets:
//!
//! ```sh
//! (umask 077; printf '%s\n' "$WEBHOOK_SECRET" "$WEBHOOK_SECRET_PREVIOUS" > secrets.txt)
//! SECRETS_FILE=secrets.txt cargo run -p secret-rotation
//! ```
//!
//! To rotate, write a new file with the new secret on top, move it over the old file, so that the
//! program never reads half of it, and send SIGHUP:
//!
//! ```sh
//! (umask 077; (echo whsec_newer; head -n 3 secrets.txt) > secrets.new) && mv secrets.new secrets.txt
//! kill -HUP PROCESS
//! ```
//!
//! After that, give the new secret to the provider. Remove the old one when no delivery has matched
//! it for longer than the provider retries. `ADDR` sets the address (default `127.0.0.1:3000`).

mod source;

use std::{env, process};

use anyhow::Context;
use axum::{Router, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use tokio::{net::TcpListener, signal::ctrl_c};

use source::Source;

async fn on_event(Webhook { event, verified, .. }: Webhook<flat::Event>) -> &'static str {
    // Types and ids are the sender's text. They are escaped, so that they cannot break the line.
    let (event_type, id) =
        (event.event_type().escape_debug(), event.id().unwrap_or("-").escape_debug());
    let age = match verified.secret_index() {
        0 => "current",
        _ => "retired",
    };
    println!("{event_type}, id {id}: secret {} ({age})", verified.secret_index());
    "received"
}

/// Reads the secrets again on each SIGHUP. If that fails, the former secrets stay in force.
#[cfg(unix)]
fn reload_on_hangup(verifier: Verifier<XWebhookSignature>, source: Source) -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};

    // From here on, the signal does not end the process.
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            let replaced = source.read_again().and_then(|secrets| {
                let count = secrets.len();
                verifier.replace_secrets(secrets)?;
                Ok(count)
            });
            match replaced {
                Ok(count) => println!("SIGHUP: secrets in force: {count}"),
                Err(error) => println!("SIGHUP: the former secrets stay in force: {error:#}"),
            }
        }
    });
    Ok(())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let source = Source::from_env();
    let verifier = Verifier::<XWebhookSignature>::new(source.read()?)?;
    let is_file = matches!(source, Source::File(_));
    // Clones of a verifier share its secrets: the server below gets the new ones as well.
    #[cfg(unix)]
    reload_on_hangup(verifier.clone(), source)?;
    let router = Router::new().route("/webhooks", post(on_event)).with_state(verifier);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    if is_file && cfg!(unix) {
        println!("kill -HUP {} reads the secrets again", process::id());
    }
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
