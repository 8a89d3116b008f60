//! Receives signed webhooks from the open internet, with actix-web.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hardened-actix
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
//! | connections that do nothing | 1000 of each worker, closed at the deadline above | `CONNECTIONS` |
//! | bodies that never end | 10 s, then 408 | `BODY_DEADLINE` (s) |
//! | large bodies | 256 KiB, then 413; on all connections of a worker together 250 MiB | `BODY_LIMIT` (bytes) |
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

use std::{env, error::Error, num::NonZeroU32, str::FromStr, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    http::{KeepAlive, header::RETRY_AFTER},
    middleware::{Next, from_fn},
    web::{self, Data},
};
use anyhow::Context;
use countersign::{
    Rejection, Secrets, Verifier, Webhook,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    error::Reason,
    idempotency::Idempotency,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use tokio::{sync::Semaphore, time};

use self::refusals::Refusals;

async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

type Response<B> = Result<ServiceResponse<EitherBody<B>>, actix_web::Error>;

/// Bounds the verified deliveries that are handled at once, on all workers together. After a 503,
/// providers send the delivery again.
async fn shed(
    places: Data<Semaphore>,
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Response<impl MessageBody> {
    let Ok(_place) = places.try_acquire() else {
        let overloaded =
            HttpResponse::ServiceUnavailable().insert_header((RETRY_AFTER, 1)).finish();
        return Ok(request.into_response(overloaded).map_into_right_body());
    };
    Ok(next.call(request).await?.map_into_left_body())
}

async fn shut_out(
    refusals: Data<Refusals>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Response<impl MessageBody> {
    let peer = request.peer_addr().map(|peer| peer.ip());
    if let Some(wait) = peer.and_then(|peer| refusals.wait(peer)) {
        let later = HttpResponse::TooManyRequests().insert_header((RETRY_AFTER, wait)).finish();
        return Ok(request.into_response(later).map_into_right_body());
    }
    // Runs in a task of its own, because actix drops the future of a request when the peer closes
    // the connection. The rejection would then not be counted.
    let answered = actix_web::rt::spawn(async move {
        let response = next.call(request).await?;
        let is_charged = response.response().extensions().get().is_some_and(is_unverified);
        if let (Some(peer), true) = (peer, is_charged) {
            refusals.add(peer);
        }
        Ok(response.map_into_left_body())
    });
    answered.await.map_err(ErrorInternalServerError)?
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

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?
        .body_limit(setting("BODY_LIMIT", 256 * 1024)?)
        .body_deadline(Duration::from_secs(setting::<u16>("BODY_DEADLINE", 10)?.into()));
    let ten = NonZeroU32::MIN.saturating_add(9);
    let refusals = Data::new(Refusals::new(setting("REFUSALS", ten)?));
    let places = Data::new(Semaphore::new(setting::<u16>("IN_FLIGHT", 100)?.into()));
    let store = health::store().await?;
    let once = IdempotencyMiddleware::new(&verifier, Idempotency::new(store.clone()));
    let store = Data::new(store);
    let forgetting = refusals.clone();
    actix_web::rt::spawn(async move {
        let mut minute = time::interval(Duration::from_secs(60));
        loop {
            minute.tick().await;
            forgetting.forget();
        }
    });
    let app = move || {
        App::new()
            .app_data(places.clone())
            .app_data(refusals.clone())
            .app_data(store.clone())
            .route("/healthz", web::get().to(health::healthz))
            .route("/readyz", web::get().to(health::readyz))
            .service(
                web::resource("/webhooks")
                    .wrap(once.clone())
                    // Inside of the verification, so that an unverified upload does not count.
                    .wrap(from_fn(shed))
                    .wrap(VerifyMiddleware::new(verifier.clone()))
                    .route(web::post().to(on_event)),
            )
            // Added last, so it runs first.
            .wrap(from_fn(shut_out))
    };

    let addr = setting("ADDR", "127.0.0.1:3000".to_owned())?;
    let server = HttpServer::new(app)
        .client_request_timeout(Duration::from_secs(setting::<u16>("HEADER_DEADLINE", 10)?.into()))
        // The deadline above applies only to the first request of a connection. A second request
        // with endless headers would keep its connection.
        .keep_alive(KeepAlive::Disabled)
        .client_disconnect_timeout(Duration::from_secs(2))
        .max_connections(setting::<u16>("CONNECTIONS", 1000)?.into())
        // The maximum number of connections that wait in the queue of the operating system.
        .backlog(1024)
        .shutdown_timeout(30)
        .bind(&addr)
        .with_context(|| {
            format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
        })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    server.run().await?;
    Ok(())
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
