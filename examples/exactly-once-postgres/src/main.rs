//! Each event has its effect once, even if the program or the database fails: the claim of the
//! event and the effect are in one PostgreSQL transaction.
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
//! The program makes its tables if they are missing:
//!
//! ```sh
//! export DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres
//! WEBHOOK_SECRET=secret cargo run -p exactly-once-postgres
//! ```
//!
//! In another shell, with the same variable: an account, a payment, and the same payment again. In
//! zsh, first run `setopt sh_word_split`.
//!
//! ```sh
//! export COUNTERSIGN_SECRET=secret URL=http://127.0.0.1:3000/webhooks
//! export PAID='type=payment.succeeded data.amount:=500 data.account'
//! psql "$DATABASE_URL" -c "insert into accounts (name) values ('acme')"
//! countersign send x-webhook-signature $URL $PAID=acme
//! # 200 credited
//! countersign send x-webhook-signature $URL $PAID=acme
//! # 200 credited before
//! ```
//!
//! A payment that cannot be credited yet is answered 503. Its claim is rolled back, so the next
//! delivery of the payment is handled as new.
//!
//! ```sh
//! countersign send x-webhook-signature $URL id=evt_2 $PAID=globex
//! # 503 send it again
//! psql "$DATABASE_URL" -c "insert into accounts (name) values ('globex')"
//! countersign send x-webhook-signature $URL id=evt_2 $PAID=globex
//! # 200 credited
//! ```
//!
//! While the database is stopped, deliveries are answered 503, and the provider sends them again:
//!
//! ```sh
//! pg_ctl -D payments-db -m fast stop # docker stop payments-db
//! countersign send x-webhook-signature $URL id=evt_3 $PAID=acme
//! # 503 send it again
//! ```
//!
//! # Before you copy it
//!
//! - Only writes of the transaction happen once. To send a mail or to call another service, write a
//!   task into a table within the transaction, and execute the task afterwards.
//! - If a duplicate arrives while the first delivery is handled, it waits for up to 2 s, and keeps
//!   a connection. Keep the transaction short.
//! - Claims are kept for a week, longer than the provider retries. Once a minute, expired claims
//!   are removed.
//! - It works behind a pooler in transaction mode, such as PgBouncer: no statement is prepared, and
//!   limits are set within transactions. Your own statements must do the same.
//! - It connects to the database without TLS. For a database on another machine, replace `NoTls` by
//!   a connector of `tokio-postgres-rustls`.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod database;
mod payments;

use std::{env, io};

use anyhow::Context;
use axum::{Router, extract::FromRef, routing::post};
use countersign::{Secrets, Verifier, providers::XWebhookSignature};
use countersign_postgres::PostgresStore;
use tokio::{net::TcpListener, signal::ctrl_c};
use tracing_subscriber::filter::LevelFilter;

use payments::Payments;

#[derive(Clone, FromRef)]
struct App {
    verifier: Verifier<XWebhookSignature>,
    payments: Payments,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Prints the reasons for rejections.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(io::stderr).init();

    let verifier = Verifier::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let pool = database::pool()?;
    let claims = PostgresStore::new(pool.clone());
    database::prepare(&pool, &claims).await?;
    tokio::spawn(database::prune(claims.clone()));
    let app = App { verifier, payments: Payments { pool, claims } };
    let router = Router::new().route("/webhooks", post(payments::on_event)).with_state(app);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
