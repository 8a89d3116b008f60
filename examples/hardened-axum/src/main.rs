//! Receives signed webhooks from the open internet, with axum.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hardened-axum
//! ```
//!
//! In another shell:
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks
//! # 200 welcome, Zoë
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! The bounds, and the variables that set them:
//!
//! | against | bound | variable |
//! |---|---|---|
//! | headers that never end | 10 s for each request | `HEADER_DEADLINE` (s) |
//! | connections that do nothing | 1000 of them, each closed at the deadline above | `CONNECTIONS` |
//! | bodies that never end | 10 s, then 408 | `BODY_DEADLINE` (s) |
//! | large bodies | 256 KiB, then 413; on all connections together 250 MiB | `BODY_LIMIT` (bytes) |
//! | too much work | 100 verified deliveries at once, then 503 | `IN_FLIGHT` |
//! | guessing | 10 rejections for each peer, and one more each minute; then 429 | `REFUSALS` |
//!
//! Each event is handled once. `REDIS_URL` sets the Redis server that remembers the events that
//! were handled. Without `REDIS_URL`, this process remembers them. `GET /healthz` answers 200 while
//! the process runs. `GET /readyz` answers 503 while Redis is out of reach, and otherwise 200.
//!
//! `IN_FLIGHT` does not count unverified deliveries, so a sender without the secret cannot use up
//! the limit.
//!
//! The number of connections of one peer is not bounded here. Use a firewall or a proxy for that. A
//! peer is an address. Behind a proxy, all peers have the address of the proxy. Use instead the
//! address that your proxy puts into a header, and never an address that a sender can put there.
//!
//! Some providers, such as GitHub, send deliveries for any user. A malicious user can make such a
//! provider send many deliveries that are rejected here. This program then shuts out the provider's
//! own addresses, and genuine deliveries can be lost. Do not apply the limit on rejections to
//! addresses that such a provider publishes.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`). The program speaks plain HTTP/1.1: use a
//! proxy in front for TLS.

mod health;
mod refusals;
mod serve;

use std::{
    env, error::Error, net::SocketAddr, num::NonZeroU32, str::FromStr, sync::Arc, time::Duration,
};

use anyhow::Context;
use axum::{
    Router,
    error_handling::HandleErrorLayer,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use countersign::{
    Rejection, Secrets, Verifier, Webhook,
    error::Reason,
    idempotency::{Idempotency, SharedStore},
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::{IdempotencyLayer, VerifyLayer},
};
use tokio::{net::TcpListener, signal, time};
use tower::{BoxError, ServiceBuilder, limit::GlobalConcurrencyLimitLayer};

use self::refusals::Refusals;

async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

fn app(
    verifier: Verifier<XWebhookSignature>,
    in_flight: usize,
    refusals: Arc<Refusals>,
    store: SharedStore,
) -> Router {
    // The limit is inside of the verification, so that an unverified upload does not count. It is
    // the global limit, because each route has a service of its own, and would otherwise have a
    // limit of its own.
    let verify_and_shed = ServiceBuilder::new()
        .layer(VerifyLayer::new(verifier.clone()))
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::new(in_flight))
        .layer(IdempotencyLayer::new(&verifier, Idempotency::new(store.clone())));
    Router::new()
        .route("/webhooks", post(on_event))
        .with_state(verifier)
        .route_layer(verify_and_shed)
        // Added last, so it runs first.
        .layer(middleware::from_fn_with_state(refusals, shut_out))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz).with_state(store))
}

/// Answers 503, after which providers send the delivery again.
async fn overloaded(_: BoxError) -> impl IntoResponse {
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")])
}

async fn shut_out(
    State(refusals): State<Arc<Refusals>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    if let Some(wait) = refusals.wait(peer.ip()) {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, wait.to_string())]).into_response();
    }
    let response = next.run(request).await;
    if response.extensions().get().is_some_and(is_unverified) {
        refusals.add(peer.ip());
    }
    response
}

/// Returns true if the sender has not shown that it knows the secret. A signed body that is not
/// valid does not count. A body that is too large counts, so the limit must fit the provider.
fn is_unverified(rejection: &Rejection) -> bool {
    match rejection.reason() {
        Reason::Verify(_) => rejection.status() < 500,
        Reason::OuterLimit | Reason::Deadline | Reason::BrokenBody => true,
        // For all other reasons, the sender may know the secret.
        _ => false,
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?
        .body_limit(setting("BODY_LIMIT", 256 * 1024)?)
        .body_deadline(Duration::from_secs(setting::<u16>("BODY_DEADLINE", 10)?.into()));
    let limits = serve::Limits {
        header_deadline: Duration::from_secs(setting::<u16>("HEADER_DEADLINE", 10)?.into()),
        connections: setting::<u16>("CONNECTIONS", 1000)?.into(),
    };
    let ten = NonZeroU32::MIN.saturating_add(9);
    let refusals = Arc::new(Refusals::new(setting("REFUSALS", ten)?));
    let in_flight = setting::<u16>("IN_FLIGHT", 100)?.into();
    let router = app(verifier, in_flight, refusals.clone(), health::store().await?);
    tokio::spawn(async move {
        let mut minute = time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            refusals.forget();
        }
    });

    let addr = setting("ADDR", "127.0.0.1:3000".to_owned())?;
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    serve::until(stop(), listener, router, limits).await;
    Ok(())
}

/// Ends on Ctrl-C and, on Unix, on SIGTERM.
async fn stop() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal::unix::signal(signal::unix::SignalKind::terminate()) {
        tokio::select! { _ = signal::ctrl_c() => {}, _ = terminate.recv() => {} }
        return;
    }
    let _ = signal::ctrl_c().await;
}

fn setting<T>(variable: &'static str, default: T) -> anyhow::Result<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    match env::var(variable) {
        Ok(text) => text.parse().context(variable),
        Err(env::VarError::NotPresent) => Ok(default),
        Err(error) => Err(error).context(variable),
    }
}
