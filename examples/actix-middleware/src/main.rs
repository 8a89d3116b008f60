//! Existing actix-web handlers behind a middleware, which lets signed deliveries through and
//! rejects the rest.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p actix-middleware
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/json
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/json --tamper
//! # 401 {"error":"Invalid signature"}
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/bytes
//! # 200 154 bytes
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/text --text 'net is 5'
//! # 200 it says: net is 5
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks/proof
//! # 200 evt_1, signed with secret 0
//! ```
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use actix_web::{App, HttpServer, web};
use anyhow::Context;
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

// These three handlers are the same with and without verification.

async fn on_json(event: web::Json<Event>) -> String {
    format!("welcome, {}", event.data.name)
}

async fn on_bytes(body: web::Bytes) -> String {
    format!("{} bytes", body.len())
}

async fn on_text(body: String) -> String {
    format!("it says: {body}")
}

/// Takes the proof as well. Without the middleware, actix answers 500 and does not call the
/// handler.
async fn on_proof(
    verified: web::ReqData<Verified<XWebhookSignature>>,
    event: web::Json<Event>,
) -> String {
    format!("{}, signed with secret {}", event.id, verified.secret_index())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
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
    let server = HttpServer::new(app).bind(&addr).with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    server.run().await?;
    Ok(())
}
