//! Ships each order once, after it was paid with Stripe Checkout. The program uses axum, and parses
//! Stripe's envelope with structs of its own. `src/bin/stripe-checkout-actix.rs` does the same on
//! actix-web.
//!
//! ```sh
//! STRIPE_WEBHOOK_SECRET=whsec_test cargo run -p stripe-checkout
//! ```
//! ```sh
//! STRIPE_WEBHOOK_SECRET=whsec_test cargo run -p stripe-checkout --bin stripe-checkout-actix
//! ```
//!
//! In another shell: an event, the same event again, an event of another type, and a forged one.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=whsec_test URL=http://127.0.0.1:3000/stripe
//! export EVENT=examples/stripe-checkout/checkout.session.completed.json
//! countersign send stripe $URL $EVENT
//! # 200 order_1001 is shipped: 4998 eur
//! countersign send stripe $URL $EVENT
//! # 200 {"duplicate":true}
//! countersign send stripe $URL
//! # 200 nothing to do for invoice.paid
//! countersign send stripe $URL $EVENT --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! Stripe's own program sends real events: `stripe listen --forward-to 127.0.0.1:3000/stripe`
//! prints the secret, and `stripe trigger checkout.session.completed` sends one.
//!
//! # Before you copy it
//!
//! - The events are remembered in memory, for one process. With several instances, use
//!   `countersign-redis` or `countersign-postgres`.
//! - Stripe retries for up to three days, and sends events in any order.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::env;

use anyhow::Context;
use axum::{
    Router,
    extract::{FromRef, State},
    routing::post,
};
use countersign::{
    Secrets, Verifier, Webhook,
    idempotency::{Idempotency, MemoryStore},
    providers::Stripe,
    tower::{IdempotencyLayer, VerifyLayer},
};
use stripe_checkout::{Event, Orders};
use tokio::{net::TcpListener, signal::ctrl_c};
use tower::ServiceBuilder;

#[derive(Clone, FromRef)]
struct App {
    stripe: Verifier<Stripe>,
    orders: Orders,
}

/// Called for new events only. If it fails, the next delivery of the event is handled.
async fn on_event(State(orders): State<Orders>, delivery: Webhook<Event>) -> String {
    orders.handle(delivery.event)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let stripe = Verifier::<Stripe>::new(Secrets::from_env("STRIPE_WEBHOOK_SECRET")?)?;
    let once = ServiceBuilder::new()
        .layer(VerifyLayer::new(stripe.clone()))
        // Inside of the verification, so that only a signed delivery can claim an event.
        .layer(IdempotencyLayer::new(&stripe, Idempotency::new(MemoryStore::new())));
    let router = Router::new()
        .route("/stripe", post(on_event).route_layer(once))
        .with_state(App { stripe, orders: Orders::default() });

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
