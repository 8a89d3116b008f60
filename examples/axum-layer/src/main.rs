//! Handlers that exist already stay as they are: a layer in front of them lets through what was
//! signed, and answers the rest.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p axum-layer
//! ```
//!
//! In another shell:
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/json -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/json -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 200: 70 bytes
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/bytes -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: it says: "net" is $5
//! B='"net" is $5'; curl -i http://127.0.0.1:3000/text -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: evt_1, signed with secret 0
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/proof -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod stop;

use std::{env, error::Error, process::ExitCode};

use axum::{Extension, Json, Router, body::Bytes, routing::post};
use countersign::{Secrets, Verified, Verifier, providers::XWebhookSignature, tower::VerifyLayer};
use serde::Deserialize;
use tokio::net::TcpListener;

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

async fn on_json(Json(event): Json<Event>) -> String {
    format!("welcome, {}", event.data.name)
}

async fn on_bytes(body: Bytes) -> String {
    format!("{} bytes", body.len())
}

async fn on_text(body: String) -> String {
    format!("it says: {body}")
}

/// This one wants the proof as well. Without the layer it is never called: axum answers 500.
async fn on_proof(
    Extension(verified): Extension<Verified<XWebhookSignature>>,
    Json(event): Json<Event>,
) -> String {
    format!("{}, signed with secret {}", event.id, verified.secret_index())
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("axum-layer: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let router = Router::new()
        .route("/json", post(on_json))
        .route("/bytes", post(on_bytes))
        .route("/text", post(on_text))
        .route("/proof", post(on_proof))
        // The routes above, and not the fallback: an unknown path stays a 404.
        .route_layer(VerifyLayer::new(verifier));

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
