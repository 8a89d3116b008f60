//! Receives signed webhooks from the open internet, with axum.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hardened-axum
//! ```
//!
//! In another shell:
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 200: welcome, Zoë
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 401: {"error":"Invalid signature"}
//! B='{"id":"evt_1","type":"user.created","data":{"id":"u_1","name":"Zoë"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B "
//! # 413: {"error":"Payload too large"}
//! head -c 300000 /dev/zero | curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %064d 0)" -H 'Expect: 100-continue' --data-binary @-
//! ```
//!
//! What bounds it, and where to set it:
//!
//! | against | bound | variable |
//! |---|---|---|
//! | headers that never end | 10 s for each request's | `HEADER_DEADLINE` (s) |
//! | connections that do nothing | 1000 of them, each closed at the deadline above | `CONNECTIONS` |
//! | bodies that never end | 10 s, then 408 | `BODY_DEADLINE` (s) |
//! | large bodies | 256 KiB, then 413; on all connections together 250 MiB | `BODY_LIMIT` (bytes) |
//! | more work than it can do | 100 verified deliveries at once, then 503 | `IN_FLIGHT` |
//! | who guesses | a peer's 10 refusals, and one more a minute, are forgiven; then 429 | `REFUSALS` |
//!
//! `IN_FLIGHT` does not count unverified deliveries, so that a sender without the secret cannot use
//! up its places.
//!
//! The number of connections of one peer is not bounded: a firewall or a proxy does that. A peer is
//! an address. Behind a proxy all have the proxy's: take the one that your proxy puts into a header
//! instead, and never one that a sender
//! can put there. And where a provider sends for anybody, as GitHub does, anybody can have it send
//! what is refused here, and so shut out its addresses: leave those that it publishes unlimited.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`). It speaks plain HTTP/1.1: TLS is for a proxy
//! in front.

mod refusals;
mod serve;
mod stop;

use std::{
    env, error::Error, net::SocketAddr, num::NonZeroU32, process::ExitCode, str::FromStr,
    sync::Arc, time::Duration,
};

use axum::{
    Router,
    error_handling::HandleErrorLayer,
    extract::{ConnectInfo, Request, State},
    http::{StatusCode, header::RETRY_AFTER},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::post,
};
use countersign::{
    Rejection, Secrets, Verifier, Webhook,
    error::Reason,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::VerifyLayer,
};
use tokio::{net::TcpListener, time};
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

fn app(verifier: Verifier<XWebhookSignature>, in_flight: usize, refusals: Arc<Refusals>) -> Router {
    // Inside of verification: an unverified upload takes no place. The limit has to be the global
    // one: each route gets a layer's service of its own.
    let verify_and_shed = ServiceBuilder::new()
        .layer(VerifyLayer::new(verifier.clone()))
        .layer(HandleErrorLayer::new(overloaded))
        .load_shed()
        .layer(GlobalConcurrencyLimitLayer::new(in_flight));
    Router::new()
        .route("/webhooks", post(on_event))
        .with_state(verifier)
        .route_layer(verify_and_shed)
        // Added last, asked first.
        .layer(middleware::from_fn_with_state(refusals, shut_out))
}

/// Providers send again what was not taken.
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

/// Whether the sender has not shown that it knows the secret. Who has, and sends what we cannot
/// read, is no stranger. Who sends too much has not: the limit has to fit what the provider sends.
fn is_unverified(rejection: &Rejection) -> bool {
    match rejection.reason() {
        Reason::Verify(_) => rejection.status() < 500,
        Reason::OuterLimit | Reason::Deadline | Reason::BrokenBody => true,
        // Other reasons do not show that the sender is a stranger.
        _ => false,
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hardened-axum: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?
        .body_limit(setting("BODY_LIMIT", 256 * 1024)?)
        .body_deadline(Duration::from_secs(setting::<u16>("BODY_DEADLINE", 10)?.into()));
    let limits = serve::Limits {
        header_deadline: Duration::from_secs(setting::<u16>("HEADER_DEADLINE", 10)?.into()),
        connections: setting::<u16>("CONNECTIONS", 1000)?.into(),
    };
    let ten = NonZeroU32::MIN.saturating_add(9);
    let refusals = Arc::new(Refusals::new(setting("REFUSALS", ten)?));
    let router = app(verifier, setting::<u16>("IN_FLIGHT", 100)?.into(), refusals.clone());
    tokio::spawn(async move {
        let mut minute = time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            refusals.forget();
        }
    });

    let addr = setting("ADDR", "127.0.0.1:3000".to_owned())?;
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    serve::until(stop, listener, router, limits).await;
    Ok(())
}

fn setting<T: FromStr<Err: Error>>(variable: &str, default: T) -> Result<T, String> {
    match env::var(variable) {
        Ok(text) => text.parse().map_err(|error| format!("{variable}: {error}")),
        Err(env::VarError::NotPresent) => Ok(default),
        Err(error) => Err(format!("{variable}: {error}")),
    }
}
