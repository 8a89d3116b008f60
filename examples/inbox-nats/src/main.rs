//! Each delivery is stored on several NATS servers before it is answered. Any number of receivers
//! and workers, on any number of machines, share the inbox. It loses nothing if one of three
//! servers is lost, with its disk.
//!
//! Start a cluster of three servers on this machine. It needs `nats-server` 2.12 or newer (2.15 is
//! much faster), in `PATH` or in `NATS_SERVER`:
//!
//! ```sh
//! examples/inbox-nats/cluster.sh nats-data
//! ```
//!
//! In another shell: two receivers and three workers. The process on port 3000 is a receiver and a
//! worker.
//!
//! ```sh
//! export WEBHOOK_SECRET=secret
//! export NATS_URL=nats://127.0.0.1:4222,nats://127.0.0.1:4223,nats://127.0.0.1:4224
//! cargo build -p inbox-nats
//! cargo run -p inbox-nats &
//! ROLE=receive ADDR=127.0.0.1:3001 cargo run -p inbox-nats &
//! ROLE=work cargo run -p inbox-nats &
//! ROLE=work cargo run -p inbox-nats &
//! ```
//!
//! In a third shell: a payment, and the same payment again to the other receiver. In zsh, first run
//! `setopt sh_word_split`. `nats` is the command-line client of NATS.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret PAID='type=payment.succeeded data.amount:=500'
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks $PAID
//! # 200 {"status":"received"}
//! countersign send x-webhook-signature http://127.0.0.1:3001/webhooks $PAID
//! # 200 {"duplicate":true}
//! nats stream view payments
//! ```
//!
//! Kill a server, and send other payments (`id=evt_2`). If the server led the inbox, deliveries are
//! answered 503 for 5 to 10 s, and providers send them again. Then start the server again:
//!
//! ```sh
//! kill -9 "$(cat nats-data/0.pid)"
//! nats-server -c nats-data/0.conf
//! ```
//!
//! # Before you copy it
//!
//! - A handler is called at least once, and again if its worker dies after the effect. Effects must
//!   be idempotent. Here the stream `payments` drops a second message with the same id if it comes
//!   within 72 h of the first. Another service gets the signed id of the event as its idempotency
//!   key.
//! - Set `jetstream { sync_interval: always }` on each server, as `cluster.sh` does. The program
//!   does not check it: add `check_monitoring` of the builder when you know the monitoring
//!   addresses.
//! - Put the servers on three machines. Without TLS and passwords, anyone who reaches them can read
//!   and write the inbox.
//! - A delivery that is older than 72 h is removed, also if no worker has handled it. Set an alert
//!   on `webhook_inbox_oldest_ready_seconds`.
//! - The lease and the pauses between the attempts are short here, so that the deliveries of a
//!   worker that was killed are soon handled by another one. Begin with the defaults.
//!
//! `NATS_URL` has the servers, with commas between them. `ROLE` is `receive`, `work` or `both`
//! (default). `ADDR` sets the address of a receiver (default `127.0.0.1:3000`).

use std::{env, io, time::Duration};

use anyhow::{Context, anyhow, bail};
use axum::{Router, http::StatusCode, routing::post};
use countersign::{
    Secrets, Verified, Verifier,
    event::Envelope,
    events,
    inbox::{Failure, Inbox, Received, Retries},
    providers::XWebhookSignature,
    tower::{InboxLayer, VerifyLayer},
};
use countersign_nats::{
    NatsInbox,
    async_nats::{
        self, Client,
        jetstream::{self, message::PublishMessage, stream},
    },
};
use serde::Deserialize;
use tokio::{net::TcpListener, signal::ctrl_c, sync::oneshot};

events! {
    enum Event for XWebhookSignature {
        "payment.succeeded" => Succeeded(Envelope<Payment>),
    }
}

#[derive(Deserialize)]
struct Payment {
    amount: i64,
}

#[derive(Clone)]
struct Payments(jetstream::Context);

impl Payments {
    /// Makes the stream if it is missing. Programs that start at the same time all get this one.
    async fn open(client: Client) -> anyhow::Result<Self> {
        let context = jetstream::new(client);
        let config = stream::Config {
            name: "payments".to_owned(),
            num_replicas: 3,
            duplicate_window: Duration::from_secs(72 * 60 * 60),
            ..stream::Config::default()
        };
        context.get_or_create_stream(config).await?;
        Ok(Self(context))
    }

    /// Notes a payment.
    async fn handle(self, delivery: Received<Verified<XWebhookSignature>>) -> Result<(), Failure> {
        let Event::Succeeded(Envelope { data: payment, .. }) = delivery.event()? else {
            return Ok(());
        };
        let id = delivery.request.delivery().id();
        let id = id.ok_or_else(|| Failure::dead("a payment without an id"))?;
        let note = format!("{id}: {}", payment.amount);
        // If a worker dies after the message is sent, it has done the effect, and another one does
        // it again. The server drops the second message, because its id is the same.
        let message = PublishMessage::build().message_id(id).payload(note.into());
        self.0.send_publish("payments", message).await?.await?;
        Ok(())
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let role = env::var("ROLE").unwrap_or_else(|_| "both".to_owned());
    let (receives, works) = match &*role {
        "receive" => (true, false),
        "work" => (false, true),
        "both" => (true, true),
        _ => bail!("ROLE={role}: it must be receive, work or both"),
    };
    let verifier = Verifier::<XWebhookSignature>::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let urls = env::var("NATS_URL").map_err(|error| anyhow!("NATS_URL: {error}"))?;
    let client = connect(&urls).await.with_context(|| format!("NATS_URL={urls}"))?;
    let engine = NatsInbox::builder(client.clone(), "webhooks").open().await?;
    let inbox = Inbox::new(engine)
        .lease(Duration::from_secs(5))
        .retries(Retries::after([1, 2, 5, 10, 60].map(Duration::from_secs)));

    // Ctrl-C stops both the worker and the server.
    let (stop, stopped) = oneshot::channel::<()>();
    let stop = async {
        _ = ctrl_c().await;
        drop(stop);
    };
    let worker = if works {
        let payments = Payments::open(client).await?;
        let worker = inbox.worker(&verifier, move |delivery| payments.clone().handle(delivery));
        Some(tokio::spawn(worker.run_until(async { _ = stopped.await })))
    } else {
        None
    };
    if receives {
        let accepts = InboxLayer::new(&verifier, &inbox);
        // The route is only called for handshakes, which this provider does not have.
        let router = Router::new()
            .route("/webhooks", post(StatusCode::NOT_FOUND))
            .layer(accepts)
            .layer(VerifyLayer::new(verifier));
        let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
        let listener = TcpListener::bind(&addr).await.with_context(|| {
            format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
        })?;
        println!("listening on {}", listener.local_addr()?);
        axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    } else {
        tokio::spawn(stop);
        println!("working");
    }
    if let Some(worker) = worker {
        // Waits for the handlers that are running.
        worker.await?;
    }
    Ok(())
}

/// Connects to one of the servers. The client connects to another one when that one is lost.
async fn connect(urls: &str) -> anyhow::Result<Client> {
    let servers: Vec<_> = urls.split(',').map(str::to_owned).collect();
    Ok(async_nats::connect(servers).await?)
}
