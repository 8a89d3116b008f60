//! Receives signed webhooks from the open internet, with actix-web.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p hardened-actix
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
//! | connections that do nothing | 1000 of each worker, closed at the deadline above | `CONNECTIONS` |
//! | bodies that never end | 10 s, then 408 | `BODY_DEADLINE` (s) |
//! | large bodies | 256 KiB, then 413; on all connections of a worker together 250 MiB | `BODY_LIMIT` (bytes) |
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
mod stop;

use std::{env, error::Error, num::NonZeroU32, process::ExitCode, str::FromStr, time::Duration};

use actix_web::{
    App, HttpResponse, HttpServer,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::ErrorInternalServerError,
    http::{KeepAlive, header::RETRY_AFTER},
    middleware::{Next, from_fn},
    web::{self, Data},
};
use countersign::{
    Rejection, Secrets, Verifier, Webhook,
    actix_web::VerifyMiddleware,
    error::Reason,
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

/// Bounds how many verified deliveries are handled at once, on all workers together.
/// Providers send again what was not taken.
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
    // A task of its own: actix drops the request's when the peer breaks the connection, and nobody
    // would be charged.
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

#[actix_web::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hardened-actix: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?
        .body_limit(setting("BODY_LIMIT", 256 * 1024)?)
        .body_deadline(Duration::from_secs(setting::<u16>("BODY_DEADLINE", 10)?.into()));
    let ten = NonZeroU32::MIN.saturating_add(9);
    let refusals = Data::new(Refusals::new(setting("REFUSALS", ten)?));
    let places = Data::new(Semaphore::new(setting::<u16>("IN_FLIGHT", 100)?.into()));
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
            .service(
                web::resource("/webhooks")
                    // Inside of verification: an unverified upload takes no place.
                    .wrap(from_fn(shed))
                    .wrap(VerifyMiddleware::new(verifier.clone()))
                    .route(web::post().to(on_event)),
            )
            // Added last, asked first.
            .wrap(from_fn(shut_out))
    };

    let addr = setting("ADDR", "127.0.0.1:3000".to_owned())?;
    let server = HttpServer::new(app)
        .client_request_timeout(Duration::from_secs(setting::<u16>("HEADER_DEADLINE", 10)?.into()))
        // That deadline is for the first request of a connection alone: half of a second one would
        // be waited for without end.
        .keep_alive(KeepAlive::Disabled)
        .client_disconnect_timeout(Duration::from_secs(2))
        .max_connections(setting::<u16>("CONNECTIONS", 1000)?.into())
        // How many connections wait in the system's queue.
        .backlog(1024)
        .shutdown_timeout(30)
        // Its own handlers of signals come too late, and stop at once on Ctrl-C.
        .shutdown_signal(stop::requested()?)
        .bind(&addr)
        .map_err(|error| {
            format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
        })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    server.run().await?;
    Ok(())
}

fn setting<T: FromStr<Err: Error>>(variable: &str, default: T) -> Result<T, String> {
    match env::var(variable) {
        Ok(text) => text.parse().map_err(|error| format!("{variable}: {error}")),
        Err(env::VarError::NotPresent) => Ok(default),
        Err(error) => Err(format!("{variable}: {error}")),
    }
}
