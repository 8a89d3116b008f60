//! A receiver with metrics for Prometheus.
//!
//! ```sh
//! WEBHOOK_SECRET=secret STRIPE_WEBHOOK_SECRET=whsec_secret cargo run -p metrics-prometheus
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks
//! # 200 user.created
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks
//! # 200 {"duplicate":true}
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks --tamper
//! # 401 {"error":"Invalid signature"}
//! export COUNTERSIGN_SECRET=whsec_secret
//! countersign send stripe http://127.0.0.1:3000/stripe
//! # 200 invoice.paid
//! curl -s http://127.0.0.1:3000/metrics
//! ```
//!
//! `/stripe` exists only if `STRIPE_WEBHOOK_SECRET` is set. Stripe signs the time, so the metrics
//! show how late its deliveries are. `ADDR` sets the address (default `127.0.0.1:3000`). Do not
//! publish `/metrics` on the internet.

use std::{env, time::Duration};

use anyhow::Context;
use axum::{
    Router,
    routing::{get, post},
};
use countersign::{
    Event, FromLayer, Provider, Secrets, Verifier, Webhook,
    idempotency::{Idempotency, MemoryStore},
    providers::{Stripe, XWebhookSignature, stripe, x_webhook_signature::flat},
    tower::{IdempotencyLayer, VerifyLayer},
};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::{net::TcpListener, signal::ctrl_c, time};
use tower::ServiceBuilder;

async fn on_event<E: Event>(FromLayer(webhook): FromLayer<Webhook<E>>) -> String {
    webhook.event_type().unwrap_or_default().into_owned()
}

/// Returns the route of an endpoint. Its layers verify each delivery and handle each event once.
/// The metrics count both.
fn route<E: Event>(path: &str, verifier: Verifier<E::Provider>, store: &Idempotency) -> Router {
    let once = IdempotencyLayer::new(&verifier, store.clone());
    let layers = ServiceBuilder::new().layer(VerifyLayer::new(verifier)).layer(once);
    Router::new().route(path, post(on_event::<E>)).route_layer(layers)
}

fn verifier<P: Provider>(variable: &'static str) -> anyhow::Result<Verifier<P>> {
    Ok(Verifier::new(Secrets::from_env(variable)?)?)
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::WARN).init();
    let prometheus = PrometheusBuilder::new().install_recorder()?;

    let in_house = verifier::<XWebhookSignature>("WEBHOOK_SECRET")?;
    let store = Idempotency::new(MemoryStore::new());
    let mut router = Router::new().merge(route::<flat::Event>("/webhooks", in_house, &store));
    if env::var_os("STRIPE_WEBHOOK_SECRET").is_some() {
        let verifier = verifier::<Stripe>("STRIPE_WEBHOOK_SECRET")?;
        router = router.merge(route::<stripe::Event>("/stripe", verifier, &store));
    }
    let scraped = prometheus.clone();
    let router = router.route("/metrics", get(async move || scraped.render()));
    // Without this task, the histograms take more and more memory while nobody scrapes them.
    tokio::spawn(async move {
        let mut pause = time::interval(Duration::from_secs(5));
        loop {
            pause.tick().await;
            prometheus.run_upkeep();
        }
    });

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
