//! Each delivery is stored in PostgreSQL before it is answered. Any number of receivers and
//! workers, on any number of machines, share the inbox. The effect of an event and the end of its
//! attempt are in one transaction, so the effect happens once.
//!
//! Start a database, either with an installed PostgreSQL (14 or later; Debian keeps its programs in
//! `/usr/lib/postgresql/*/bin`, and they do not run as root), or with Docker:
//!
//! ```sh
//! initdb -D payments-db -U postgres -A trust
//! pg_ctl -D payments-db -o "-p 5433 -k /tmp" -l payments-db/log -w start
//! ```
//! ```sh
//! docker run -d --name payments-db -e POSTGRES_HOST_AUTH_METHOD=trust -p 127.0.0.1:5433:5432 postgres
//! ```
//!
//! Two receivers and three workers. The process on port 3000 is a receiver and a worker:
//!
//! ```sh
//! export DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres WEBHOOK_SECRET=secret
//! cargo build -p inbox-postgres
//! cargo run -p inbox-postgres &
//! ROLE=receive ADDR=127.0.0.1:3001 cargo run -p inbox-postgres &
//! ROLE=work cargo run -p inbox-postgres &
//! ROLE=work cargo run -p inbox-postgres &
//! ```
//!
//! In another shell, with the same `DATABASE_URL`: a payment, and the same payment again to the
//! other receiver. In zsh, first run `setopt sh_word_split`.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret PAID='type=payment.succeeded data.amount:=500'
//! countersign send x-webhook-signature http://127.0.0.1:3000/webhooks $PAID
//! # 200 {"status":"received"}
//! countersign send x-webhook-signature http://127.0.0.1:3001/webhooks $PAID
//! # 200 {"duplicate":true}
//! psql "$DATABASE_URL" -c "select * from payments"
//! ```
//!
//! # Before you copy it
//!
//! - Only writes of the transaction happen once. To send a mail or to call another service, write a
//!   task into a table within the transaction, and execute the task afterwards.
//! - A delivery survives a loss of power with `synchronous_commit = on` (the default), and the loss
//!   of the machine with a synchronous standby.
//! - The pool can connect to a pooler in transaction mode, such as PgBouncer. The connection of
//!   `listen` must lead to the server itself. Set `DATABASE_DIRECT_URL` then.
//! - It connects to the database without TLS. For a database on another machine, replace `NoTls` by
//!   a connector of `tokio-postgres-rustls`.
//! - The lease is short here, so that the deliveries of a worker that was killed are soon handled
//!   by another one. Begin with the default.
//!
//! `ROLE` is `receive`, `work` or `both` (default). `ADDR` sets the address of a receiver (default
//! `127.0.0.1:3000`).

use std::{env, io, time::Duration};

use anyhow::{Context, anyhow, bail};
use axum::{Router, http::StatusCode, routing::post};
use countersign::{
    Secrets, Verified, Verifier,
    event::Envelope,
    events,
    inbox::{Failure, Inbox, Received, Settled},
    providers::XWebhookSignature,
    tower::{InboxLayer, VerifyLayer},
};
use countersign_postgres::PostgresInbox;
use deadpool_postgres::{Manager, Pool};
use serde::Deserialize;
use tokio::{net::TcpListener, signal::ctrl_c, sync::oneshot};
use tokio_postgres::{Config, NoTls, types::Type};

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
struct Payments {
    pool: Pool,
    engine: PostgresInbox,
}

impl Payments {
    /// Notes a payment, and ends the attempt, in one transaction.
    async fn handle(self, delivery: Received<Verified<XWebhookSignature>>) -> Result<(), Failure> {
        let Event::Succeeded(Envelope { data: payment, .. }) = delivery.event()? else {
            return Ok(());
        };
        let id = delivery.request.delivery().id().unwrap_or_default();
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        // Unnamed, so that it also works behind a pooler.
        let note = "insert into payments (event, amount) values ($1, $2)";
        let values: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
            [(&id, Type::TEXT), (&payment.amount, Type::INT8)];
        transaction.execute_typed(note, &values).await?;
        match self.engine.finish_in(&transaction, &delivery.attempt).await? {
            Settled::Applied => transaction.commit().await?,
            // Another worker has the delivery now, because this one was too slow.
            Settled::LeaseLost => transaction.rollback().await?,
        }
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
    let config = database("DATABASE_URL")?;
    let direct = database("DATABASE_DIRECT_URL").unwrap_or_else(|_| config.clone());
    let pool = Pool::builder(Manager::new(config, NoTls)).max_size(16).build()?;
    let engine = PostgresInbox::new(pool.clone());
    prepare(&pool, &engine).await.context("the database of DATABASE_URL")?;
    let engine = engine.listen(direct, NoTls);
    let inbox = Inbox::new(engine.clone()).lease(Duration::from_secs(5));

    // Ctrl-C stops both the worker and the server.
    let (stop, stopped) = oneshot::channel::<()>();
    let stop = async {
        _ = ctrl_c().await;
        drop(stop);
    };
    let worker = works.then(|| {
        let payments = Payments { pool, engine };
        let worker = inbox.worker(&verifier, move |delivery| payments.clone().handle(delivery));
        tokio::spawn(worker.run_until(async { _ = stopped.await }))
    });
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

fn database(variable: &str) -> anyhow::Result<Config> {
    let url = env::var(variable).map_err(|error| anyhow!("{variable}: {error}"))?;
    url.parse().map_err(|error| anyhow!("{variable}: {error}"))
}

/// Makes the tables if they are missing. Programs that start at the same time wait for each other.
async fn prepare(pool: &Pool, engine: &PostgresInbox) -> anyhow::Result<()> {
    let create = "begin; \
         select pg_advisory_xact_lock(hashtext('payments')); \
         create table if not exists payments (event text not null, amount bigint not null); \
         commit";
    pool.get().await?.batch_execute(create).await?;
    Ok(engine.migrate().await?)
}
