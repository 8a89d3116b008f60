//! Receives webhooks while their secret is rotated: the new secret and the old one are accepted
//! side by side, and each delivery tells which of them it was signed with.
//!
//! ```sh
//! export WEBHOOK_SECRET=whsec_new WEBHOOK_SECRET_PREVIOUS=whsec_old
//! cargo run -p secret-rotation
//! ```
//!
//! In another shell, with the same two variables: signed with the current secret, with the one that
//! is being retired, and with neither.
//!
//! ```sh
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_2","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET_PREVIOUS" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_3","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET_PREVIOUS $WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 401
//! ```
//!
//! The environment of a process does not change while it runs; a file does. Its first line is the
//! current secret, and each further one, up to three, a secret that is being retired:
//!
//! ```sh
//! (umask 077; printf '%s\n' "$WEBHOOK_SECRET" "$WEBHOOK_SECRET_PREVIOUS" > secrets.txt)
//! SECRETS_FILE=secrets.txt cargo run -p secret-rotation
//! ```
//!
//! To rotate, put the new secret on top in a file beside it, move that over the old file, so that
//! nobody reads half of it, and send the signal that the program names:
//!
//! ```sh
//! (umask 077; (echo whsec_newer; head -n 3 secrets.txt) > secrets.new) && mv secrets.new secrets.txt
//! ```
//!
//! Give the provider the new secret after that. The old one can go once no delivery matches it for
//! longer than the provider retries. `ADDR` sets the address (default `127.0.0.1:3000`).

mod reload;
mod source;
mod stop;

use std::{
    env,
    error::Error,
    process::{self, ExitCode},
};

use axum::{Router, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use tokio::net::TcpListener;

use source::Source;

async fn on_event(Webhook { event, verified, .. }: Webhook<flat::Event>) -> &'static str {
    // Types and ids are the sender's text: escaped, they cannot break the line.
    let (event_type, id) =
        (event.event_type().escape_debug(), event.id().unwrap_or("-").escape_debug());
    let age = match verified.secret_index() {
        0 => "current",
        _ => "retired",
    };
    println!("{event_type}, id {id}: secret {} ({age})", verified.secret_index());
    "received"
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("secret-rotation: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let source = Source::from_env();
    let verifier = Verifier::<XWebhookSignature>::new(source.read()?)?;

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    // Clones of a verifier share its secrets: what is replaced in one is replaced in all.
    let is_file = matches!(source, Source::File(_));
    let reload = reload::on_hangup(verifier.clone(), source)?;
    println!("listening on {}", listener.local_addr()?);
    if is_file && cfg!(unix) {
        println!("kill -HUP {} reads the secrets again", process::id());
    }
    tokio::spawn(reload);

    let router = Router::new().route("/webhooks", post(on_event)).with_state(verifier);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
