//! Each event is handled once, however often it is delivered. The keys of handled events are kept
//! in memory.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p idempotency-memory
//! ```
//!
//! In another shell: an event that fails, the account that it needs, the event again and again, and
//! an event without an id.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000/webhooks
//! countersign send x-webhook-signature $URL type=payment.succeeded data.name=acme id=evt_2
//! # 500 no account of acme
//! countersign send x-webhook-signature $URL data.name=acme
//! # 200 an account for acme
//! countersign send x-webhook-signature $URL type=payment.succeeded data.name=acme id=evt_2
//! # 200 1 payment of acme
//! countersign send x-webhook-signature $URL type=payment.succeeded data.name=acme id=evt_2
//! # 200 {"duplicate":true}
//! countersign send x-webhook-signature $URL type=payment.succeeded data.name=acme id=
//! # 200 2 payments of acme
//! countersign send x-webhook-signature $URL type=payment.succeeded data.name=acme id=
//! # 200 3 payments of acme
//! ```
//!
//! # Before you copy it
//!
//! - The keys are in the memory of one process. If you run several instances, or if an event must
//!   not be handled again after a restart, use `countersign-redis` or `countersign-postgres`. Only
//!   the store changes.
//! - Answer 2xx only when the event is handled, because a 2xx completes the event. After any other
//!   answer, the next delivery of the event is handled.
//! - An event that has no signed id is handled each time, and a warning is logged.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::{
    collections::HashMap,
    env, io,
    sync::{Mutex, PoisonError},
};

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Data},
};
use anyhow::Context;
use countersign::{
    Secrets, Verifier, Webhook,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    idempotency::{Idempotency, MemoryStore},
    providers::{XWebhookSignature, x_webhook_signature::flat},
};

/// The number of payments of each account.
type Accounts = Mutex<HashMap<String, u32>>;

/// Called for new events, and for those that failed before.
async fn on_event(
    Webhook { event, .. }: Webhook<flat::Event>,
    accounts: Data<Accounts>,
) -> HttpResponse {
    let mut accounts = accounts.lock().unwrap_or_else(PoisonError::into_inner);
    match event {
        flat::Event::UserCreated(user) => {
            let name = user.data.name.unwrap_or_default();
            let answer = format!("an account for {name}");
            accounts.entry(name).or_default();
            HttpResponse::Ok().body(answer)
        }
        flat::Event::PaymentSucceeded(payment) => {
            let name = payment.data.name.unwrap_or_default();
            let Some(payments) = accounts.get_mut(&name) else {
                // Events come in any order. The provider sends this one again.
                return HttpResponse::InternalServerError().body(format!("no account of {name}"));
            };
            *payments += 1;
            let plural = if *payments == 1 { "" } else { "s" };
            HttpResponse::Ok().body(format!("{payments} payment{plural} of {name}"))
        }
        other => HttpResponse::Ok().body(format!("not for us: {}", other.event_type())),
    }
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    // Made outside of the closure, so that the workers share them.
    let idempotency = Idempotency::new(MemoryStore::new());
    let accounts = Data::new(Accounts::default());
    let app = move || {
        App::new().app_data(accounts.clone()).service(
            web::resource("/webhooks")
                .wrap(IdempotencyMiddleware::new(&verifier, idempotency.clone()))
                // Wraps the middleware above, so that only a signed delivery can claim an event.
                .wrap(VerifyMiddleware::new(verifier.clone()))
                .route(web::post().to(on_event)),
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
