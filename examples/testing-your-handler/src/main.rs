//! Runs the axum app of this package, whose tests are what to look at:
//!
//! ```sh
//! export WEBHOOK_SECRET=whsec_abc123
//! cargo run -p testing-your-handler
//! ```
//!
//! In another shell, with the same secret: a genuine delivery, the same once more, a type that the
//! app does not know, and a body that is not what was signed.
//!
//! ```sh
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoe, $5"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoe, $5"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_2","type":"invoice.sent","data":[1,2]}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_3","type":"user.created","data":{"name":"Mallory"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B " # 401
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod stop;

use std::{env, error::Error, process::ExitCode};

use countersign::{Secrets, Verifier};
use testing_your_handler::axum_app;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("testing-your-handler: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::new(Secrets::from_env("WEBHOOK_SECRET")?)?;

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);

    axum::serve(listener, axum_app(verifier)).with_graceful_shutdown(stop).await?;
    Ok(())
}
