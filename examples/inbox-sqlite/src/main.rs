//! Each delivery is stored in a file before it is answered. A worker handles it afterwards, and
//! tries again if the handler fails.
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo run -p inbox-sqlite
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
//! # The console
//!
//! With a password, a page shows what came and why it failed, and sends it again:
//!
//! ```sh
//! CONSOLE_PASSWORD=correct-horse WEBHOOK_SECRET=secret cargo run -p inbox-sqlite
//! ```
//!
//! Open <http://127.0.0.1:3000/webhooks-admin>. The name is `admin`.
//!
//! # Before you copy it
//!
//! - A handler is called again if the process dies after its effect. Make the effect idempotent,
//!   for example with the signed id of the event.
//! - The pauses between the attempts and the lease are short here, so that you can see them. Begin
//!   with the defaults.
//! - The provider does not notice a delivery that is dead. Set an alert on the metrics.
//! - The console is served without TLS here, on this machine only. Others must reach it over TLS.
//! - The file is for one machine. It must be on a disk of this machine, and not on a network share.
//!
//! `INBOX` sets the file (default `inbox.db`), which also remembers the events of earlier runs.
//! `ADDR` sets the address (default `127.0.0.1:3000`).

use std::{env, io, net::SocketAddr, time::Duration};

use anyhow::Context;
use axum::{Router, http::StatusCode, routing::post_service};
use countersign::{
    EventData, Secrets, Verifier,
    axum::Events,
    explain::{ExplainRefusals, Refusals},
    inbox::{Attempt, Inbox, Retries},
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use countersign_console::{Auth, Console, Operator};
use countersign_sqlite::SqliteInbox;
use tokio::{net::TcpListener, signal::ctrl_c, sync::oneshot};

async fn on_user_created(attempt: Attempt, EventData(user): EventData<flat::Data>) {
    let name = user.name.unwrap_or_default();
    println!("user.created, attempt {}: welcome, {name:?}", attempt.number());
}

/// Fails at the first attempt. The worker calls it again after 503.
async fn on_payment_succeeded(attempt: Attempt) -> StatusCode {
    if attempt.number() == 1 {
        println!("payment.succeeded, attempt 1: the bank is out of reach");
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    println!("payment.succeeded, attempt {}: booked", attempt.number());
    StatusCode::OK
}

/// Makes the console, if it has a password.
fn console(
    engine: &SqliteInbox,
    refusals: &Refusals,
    address: SocketAddr,
) -> anyhow::Result<Option<Router>> {
    let Ok(password) = env::var("CONSOLE_PASSWORD") else { return Ok(None) };
    let auth = Auth::new().basic(Operator::new("admin"), &password)?;
    let console = Console::new(engine.clone())?.auth(auth).refusals(refusals);
    Ok(Some(console.receiver_url(&format!("http://{address}")).router()))
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let refusals = Refusals::new();
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?
        .keep_refusals(&refusals);
    let file = env::var("INBOX").unwrap_or_else(|_| "inbox.db".to_owned());
    let engine = SqliteInbox::open(&file).await.with_context(|| format!("INBOX={file}"))?;
    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let address = listener.local_addr()?;
    let console = console(&engine, &refusals, address)?;
    let inbox = Inbox::new(engine)
        .retries(Retries::after([Duration::from_secs(1), Duration::from_secs(5)]))
        // After this time, a delivery whose process was killed is handled again.
        .lease(Duration::from_secs(5));
    let events = Events::new(&verifier)
        .on("user.created", on_user_created)
        .on("payment.succeeded", on_payment_succeeded);
    let (accept, worker) = inbox.split(&verifier, events.with_state(()));
    let has_console = console.is_some();
    let router = Router::new()
        .route("/webhooks", post_service(accept))
        .nest("/webhooks-admin", console.unwrap_or_default());

    println!("listening on {address}");
    if has_console {
        println!("the console: http://{address}/webhooks-admin (admin)");
    }
    // Ctrl-C stops both the worker and the server.
    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(worker.run_until(async { _ = stopped.await }));
    let stop = async {
        _ = ctrl_c().await;
        drop(stop);
    };
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    // The server has stopped. The worker waits for the handlers that are running.
    worker.await?;
    Ok(())
}
