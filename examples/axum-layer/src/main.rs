//! Existing axum handlers behind a layer, which lets signed deliveries through and rejects the
//! rest.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p axum-layer
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/json
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3000/json --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send x-webhook-signature http://127.0.0.1:3000/bytes
//! # 200 154 bytes
//! countersign send x-webhook-signature http://127.0.0.1:3000/text --text 'net is 5'
//! # 200 it says: net is 5
//! countersign send x-webhook-signature http://127.0.0.1:3000/proof
//! # 200 evt_1, signed with secret 0
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use anyhow::Context;
use axum::{Extension, Json, Router, body::Bytes, routing::post};
use countersign::{Secrets, Verified, Verifier, providers::XWebhookSignature, tower::VerifyLayer};
use serde::Deserialize;
use tokio::{net::TcpListener, signal::ctrl_c};

#[derive(Deserialize)]
struct Event {
    id: String,
    data: User,
}

#[derive(Deserialize)]
struct User {
    name: String,
}

// These three handlers are the same with and without verification.

async fn on_json(Json(event): Json<Event>) -> String {
    format!("welcome, {}", event.data.name)
}

async fn on_bytes(body: Bytes) -> String {
    format!("{} bytes", body.len())
}

async fn on_text(body: String) -> String {
    format!("it says: {body}")
}

/// Takes the proof as well. Without the layer, axum answers 500 and does not call the handler.
async fn on_proof(
    Extension(verified): Extension<Verified<XWebhookSignature>>,
    Json(event): Json<Event>,
) -> String {
    format!("{}, signed with secret {}", event.id, verified.secret_index())
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let router = Router::new()
        .route("/json", post(on_json))
        .route("/bytes", post(on_bytes))
        .route("/text", post(on_text))
        .route("/proof", post(on_proof))
        // Covers the routes above, but not the fallback: an unknown path still gets 404.
        .route_layer(VerifyLayer::new(verifier));

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
