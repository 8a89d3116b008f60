//! Each event is handled once, however often it is delivered: what was handled is kept in memory.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p idempotency-memory
//! ```
//!
//! In another shell: an event that fails, the same again and again once what it needs is there, and
//! one without an id.
//!
//! ```sh
//! WEBHOOK_SECRET=secret
//! # 500: no account of acme
//! B='{"id":"evt_2","type":"payment.succeeded","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: an account for acme
//! B='{"id":"evt_1","type":"user.created","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: 1 payment of acme
//! B='{"id":"evt_2","type":"payment.succeeded","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: {"duplicate":true}
//! B='{"id":"evt_2","type":"payment.succeeded","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: 2 payments of acme
//! B='{"type":"payment.succeeded","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! # 200: 3 payments of acme
//! B='{"type":"payment.succeeded","data":{"name":"acme"}}'; curl -i http://127.0.0.1:3000/webhooks -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac "$WEBHOOK_SECRET" -r | cut -d' ' -f1)" --data-binary "$B"
//! ```
//!
//! # What to know before copying it
//!
//! - What is in memory is one process's. With several instances, or where an event must not be
//!   handled again after a restart, take `countersign-redis` or `countersign-postgres`: nothing
//!   else changes.
//! - Answer 2xx only when the event is handled: that is what completes it. Any other answer leaves
//!   it to the next delivery.
//! - An event without an id that its provider signs is handled as often as it comes, and a warning
//!   says so.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod stop;

use std::{
    collections::HashMap,
    env,
    error::Error,
    io,
    process::ExitCode,
    sync::{Mutex, PoisonError},
};

use actix_web::{
    App, HttpResponse, HttpServer,
    web::{self, Data},
};
use countersign::{
    Secrets, Verifier, Webhook,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    idempotency::{Idempotency, MemoryStore},
    providers::{XWebhookSignature, x_webhook_signature::flat},
};

/// How many payments each account has had.
type Accounts = Mutex<HashMap<String, u32>>;

/// Called for new events alone, and for those that failed before.
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
            match accounts.get_mut(&name) {
                Some(payments) => {
                    *payments += 1;
                    let plural = if *payments == 1 { "" } else { "s" };
                    HttpResponse::Ok().body(format!("{payments} payment{plural} of {name}"))
                }
                // Events come in any order. The provider sends this one again.
                None => HttpResponse::InternalServerError().body(format!("no account of {name}")),
            }
        }
        other => HttpResponse::Ok().body(format!("not for us: {}", other.event_type())),
    }
}

#[actix_web::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("idempotency-memory: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    // Out here, so that the threads of the server share them.
    let idempotency = Idempotency::new(MemoryStore::new());
    let accounts = Data::new(Accounts::default());
    let app = move || {
        App::new().app_data(accounts.clone()).service(
            web::resource("/webhooks")
                .wrap(IdempotencyMiddleware::new(&verifier, idempotency.clone()))
                // Around the other: only what was signed can claim an event.
                .wrap(VerifyMiddleware::new(verifier.clone()))
                .route(web::post().to(on_event)),
        )
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app)
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
