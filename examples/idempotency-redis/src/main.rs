//! Each event is handled once among all instances of a service, however often it is delivered and
//! to which of them: what is claimed and what is done is in Redis.
//!
//! A server to try it with, where Redis is installed, or else with Docker:
//!
//! ```sh
//! redis-server --appendonly yes
//! ```
//! ```sh
//! docker run -d -p 127.0.0.1:6379:6379 redis --appendonly yes
//! ```
//!
//! Two instances, each in a shell of its own:
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p idempotency-redis
//! ```
//! ```sh
//! WEBHOOK_SECRET=secret ADDR=127.0.0.1:3001 cargo run -p idempotency-redis
//! ```
//!
//! In another shell: an event, once more to the other instance, and the one after it.
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: {"duplicate":true}
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoë"}}'; curl -i http://127.0.0.1:3001/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: welcome, Ada
//! B='{"id":"evt_2","type":"user.created","data":{"name":"Ada"}}'; curl -i http://127.0.0.1:3001/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! What Redis knows of them:
//!
//! ```sh
//! redis-cli KEYS 'countersign:*'
//! ```
//!
//! While Redis is away, deliveries are answered 503 with `Retry-After`, and their providers send
//! them again. Once it is back, so is the service.
//!
//! # What to know before copying it
//!
//! - A Redis that evicts or that saves nothing forgets what was done, and duplicates are handled
//!   again: `maxmemory-policy noeviction`, `appendonly yes`.
//! - The handler's effect is not in Redis. Who is killed between the two has the event handled once
//!   more, when the lease has run out: let the effect bear that, or keep both in PostgreSQL.
//! - An instance that starts while Redis is away ends: its supervisor starts it again.
//!
//! `REDIS_URL` sets the server (default `redis://127.0.0.1:6379`), `ADDR` the address (default
//! `127.0.0.1:3000`).

mod stop;

use std::{
    env,
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use axum::{Router, routing::post};
use countersign::{
    Secrets, Verifier, Webhook,
    idempotency::Idempotency,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_redis::RedisStore;
use tokio::net::TcpListener;
use tower::ServiceBuilder;

/// Called for new events alone. Should it fail, the next delivery of the event is handled.
async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("not for us: {}", other.event_type()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // What the store's error was made of is what tells most.
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            let _ = writeln!(io::stderr(), "idempotency-redis: {error}{cause}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let idempotency = Idempotency::new(RedisStore::connect(&url).await?);
    let once = ServiceBuilder::new()
        .layer(VerifyLayer::new(verifier.clone()))
        // Inside: only what was signed can claim an event.
        .layer(IdempotencyLayer::new(&verifier, idempotency));
    let router =
        Router::new().route("/webhooks", post(on_event).route_layer(once)).with_state(verifier);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
