//! Each delivery is stored in a file before it is answered. A worker handles it afterwards, and
//! tries again if the handler fails.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p inbox-actix
//! ```
//!
//! In another shell: an event, the same event again, an event whose first attempt fails, and a
//! forged delivery.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000/webhooks
//! countersign send x-webhook-signature $URL
//! # 200 {"status":"received"}
//! countersign send x-webhook-signature $URL
//! # 200 {"duplicate":true}
//! countersign send x-webhook-signature $URL id=evt_2 type=payment.succeeded
//! # 200 {"status":"received"}
//! countersign send x-webhook-signature $URL id=evt_3 --tamper
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! The program prints a line for each attempt:
//!
//! ```text
//! user.created, attempt 1: welcome, "Zoë"
//! payment.succeeded, attempt 1: the bank is out of reach
//! payment.succeeded, attempt 2: booked
//! ```
//!
//! To see that nothing is lost, set the first pause of `Retries` to 30 s, send a payment with a new
//! id (`id=evt_4`), and kill the program with `kill -9` after attempt 1. When you start it again,
//! it prints attempt 2.
//!
//! # Before you copy it
//!
//! - A handler is called again if the process dies after its effect. Make the effect idempotent,
//!   for example with the signed id of the event.
//! - The pauses between the attempts and the lease are short here, so that you can see them. Begin
//!   with the defaults.
//! - The provider does not notice a delivery that is dead. Set an alert on the metrics.
//! - The file is for one machine. It must be on a disk of this machine, and not on a network share.
//!
//! `INBOX` sets the file (default `inbox.db`), which also remembers the events of earlier runs.
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::{env, io, time::Duration};

use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context;
use countersign::{
    Secrets, Verified, Verifier,
    actix_web::{InboxMiddleware, VerifyMiddleware},
    inbox::{Failure, Inbox, Received, Retries},
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use countersign_sqlite::SqliteInbox;
use tokio::sync::oneshot;

/// Called by the worker. It calls the handler again after an error.
async fn handle(delivery: Received<Verified<XWebhookSignature>>) -> Result<(), Failure> {
    let attempt = delivery.attempt.number();
    match delivery.event()? {
        flat::Event::UserCreated(user) => {
            let name = user.data.name.unwrap_or_default();
            println!("user.created, attempt {attempt}: welcome, {name:?}");
        }
        flat::Event::PaymentSucceeded(_) if attempt == 1 => {
            println!("payment.succeeded, attempt 1: the bank is out of reach");
            return Err(Failure::retry("the bank is out of reach"));
        }
        flat::Event::PaymentSucceeded(_) => {
            println!("payment.succeeded, attempt {attempt}: booked");
        }
        // The type is the sender's text. It is escaped, so that it cannot break the line.
        other => println!("{}: not for us", other.event_type().escape_debug()),
    }
    Ok(())
}

#[actix_web::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let file = env::var("INBOX").unwrap_or_else(|_| "inbox.db".to_owned());
    let engine = SqliteInbox::open(&file).await.with_context(|| format!("INBOX={file}"))?;
    // Made outside of the closure, so that the threads of the server share them.
    let inbox = Inbox::new(engine)
        .retries(Retries::after([Duration::from_secs(1), Duration::from_secs(5)]))
        // After this time, a delivery whose process was killed is handled again.
        .lease(Duration::from_secs(5));
    let worker = inbox.worker(&verifier, handle);
    let app = move || {
        App::new().service(
            web::resource("/webhooks")
                .wrap(InboxMiddleware::new(&verifier, &inbox))
                // Wraps the middleware above, so that only signed deliveries are stored.
                .wrap(VerifyMiddleware::new(verifier.clone()))
                // Called only for handshakes, which this provider does not have.
                .route(web::post().to(HttpResponse::NotFound)),
        )
    };

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let server = HttpServer::new(app).bind(&addr).with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    for addr in server.addrs() {
        println!("listening on {addr}");
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(worker.run_until(async { _ = stopped.await }));
    server.run().await?;
    // The server has stopped. The worker waits for the handlers that are running.
    drop(stop);
    worker.await?;
    Ok(())
}
