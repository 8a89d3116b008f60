//! Each event is handled once among all instances of a service. The claims are in Redis.
//!
//! Start a server, either with an installed Redis, or with Docker:
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
//! In another shell: an event, the same event to the other instance, and another event.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3001/webhooks
//! # 200 {"duplicate":true}
//! countersign send x-webhook-signature http://127.0.0.1:3001/webhooks id=evt_2 data.name=Ada
//! # 200 welcome, Ada
//! ```
//!
//! The claims in Redis:
//!
//! ```sh
//! redis-cli KEYS 'countersign:*'
//! ```
//!
//! While Redis is out of reach, deliveries are answered 503 with `Retry-After`, and their providers
//! send them again. The service recovers together with Redis.
//!
//! # Before you copy it
//!
//! - A Redis server that evicts keys, or that saves nothing, loses claims. Duplicates of their
//!   events are then handled again. Set `maxmemory-policy noeviction` and `appendonly yes`.
//! - The effect of the handler is not in Redis. If the process is killed after the effect, but
//!   before the event is marked as done, the event is handled again when the lease has run out.
//!   Make the effect idempotent, or keep the effect and the claim in PostgreSQL, as
//!   `exactly-once-postgres` does.
//! - An instance that starts while Redis is out of reach ends with an error: let its supervisor
//!   start it again.
//!
//! `REDIS_URL` sets the server (default `redis://127.0.0.1:6379`), `ADDR` the address (default
//! `127.0.0.1:3000`).

use std::{env, io};

use anyhow::Context;
use axum::{Router, routing::post};
use countersign::{
    Secrets, Verifier, Webhook,
    idempotency::Idempotency,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_redis::RedisStore;
use tokio::{net::TcpListener, signal::ctrl_c};
use tower::ServiceBuilder;

/// Called for new events only. If it fails, the next delivery of the event is handled.
async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("not for us: {}", other.event_type()),
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let url = env::var("REDIS_URL").unwrap_or_else(|_| "redis://127.0.0.1:6379".to_owned());
    let idempotency = Idempotency::new(RedisStore::connect(&url).await?);
    let once = ServiceBuilder::new()
        .layer(VerifyLayer::new(verifier.clone()))
        // Inside of the verification, so that only a signed delivery can claim an event.
        .layer(IdempotencyLayer::new(&verifier, idempotency));
    let router =
        Router::new().route("/webhooks", post(on_event).route_layer(once)).with_state(verifier);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
