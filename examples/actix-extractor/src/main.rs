//! Receives signed webhooks with actix-web: a handler asks for the event, or for the bytes that
//! were signed, and is called with verified deliveries alone.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p actix-extractor
//! ```
//!
//! In another shell:
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/events -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/events -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 200: 36 bytes
//! B='{"zen":"Keep it logically awesome."}'; curl -i http://127.0.0.1:3000/github -H 'X-GitHub-Event: ping' -H "X-Hub-Signature-256: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"zen":"Keep it logically awesome."}'; curl -i http://127.0.0.1:3000/github -H 'X-GitHub-Event: ping' -H "X-Hub-Signature-256: sha256=$(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod stop;

use std::{env, error::Error, process::ExitCode};

use actix_web::{
    App, HttpServer,
    web::{self, Data},
};
use countersign::{
    Secrets, VerifiedBody, Verifier, Webhook,
    providers::{GitHub, XWebhookSignature, x_webhook_signature::flat},
};

/// Which provider has to have signed follows from the event.
async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

/// For who wants to parse, store or forward the bytes.
async fn on_github(VerifiedBody(verified): VerifiedBody<GitHub>) -> String {
    format!("{} bytes", verified.bytes().len())
}

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("actix-extractor: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    // Secrets are read here, once: the workers share what is cloned. A real application has a
    // secret for each provider.
    let secrets = Secrets::from_env("WEBHOOK_SECRET")?;
    let in_house = Data::new(Verifier::<XWebhookSignature>::new(secrets.clone())?);
    let github = Data::new(Verifier::<GitHub>::new(secrets)?);
    // A handler whose verifier is not here answers 500, and the log names it.
    let app = move || {
        App::new()
            .app_data(in_house.clone())
            .app_data(github.clone())
            .route("/events", web::post().to(on_event))
            .route("/github", web::post().to(on_github))
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app)
        // Its own handlers of signals come too late, and stop at once on Ctrl-C.
        .shutdown_signal(stop::requested()?)
        .bind(&addr)
        .map_err(|error| {
            format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
        })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    server.run().await?;
    Ok(())
}
