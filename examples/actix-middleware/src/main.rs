//! Handlers that exist already stay as they are: middleware around their scope lets through what
//! was signed, and answers the rest.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p actix-middleware
//! ```
//!
//! In another shell:
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks/json -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks/json -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 200: 70 bytes
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks/bytes -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: it says: "net" is $5
//! B='"net" is $5'; curl -i http://127.0.0.1:3000/webhooks/text -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: evt_1, signed with secret 0
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks/proof -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod stop;

use std::{env, error::Error, process::ExitCode};

use actix_web::{App, HttpServer, web};
use countersign::{
    Secrets, Verified, Verifier, actix_web::VerifyMiddleware, providers::XWebhookSignature,
};
use serde::Deserialize;

#[derive(Deserialize)]
struct Event {
    id: String,
    data: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
}

// These know nothing of signatures.

async fn on_json(event: web::Json<Event>) -> String {
    format!("welcome, {}", event.data.name)
}

async fn on_bytes(body: web::Bytes) -> String {
    format!("{} bytes", body.len())
}

async fn on_text(body: String) -> String {
    format!("it says: {body}")
}

/// This one wants the proof as well. Without the middleware it is never called: actix answers 500.
async fn on_proof(
    verified: web::ReqData<Verified<XWebhookSignature>>,
    event: web::Json<Event>,
) -> String {
    format!("{}, signed with secret {}", event.id, verified.secret_index())
}

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("actix-middleware: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let app = move || {
        App::new().service(
            web::scope("/webhooks")
                .wrap(VerifyMiddleware::new(verifier.clone()))
                .route("/json", web::post().to(on_json))
                .route("/bytes", web::post().to(on_bytes))
                .route("/text", web::post().to(on_text))
                .route("/proof", web::post().to(on_proof)),
        )
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
