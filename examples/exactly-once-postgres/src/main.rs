//! Handles each event once, however often it is delivered, and whatever breaks meanwhile: the claim
//! and what the event does are in one PostgreSQL transaction.
//!
//! A database to try it with, where PostgreSQL is installed (14 or later; Debian keeps its programs
//! in `/usr/lib/postgresql/*/bin`, and they do not run as root), or else with Docker:
//!
//! ```sh
//! initdb -D payments-db -U postgres -A trust
//! pg_ctl -D payments-db -o "-p 5433 -k /tmp" -l payments-db/log -w start
//! ```
//! ```sh
//! docker run -d --name payments-db -e POSTGRES_HOST_AUTH_METHOD=trust -p 127.0.0.1:5433:5432 postgres
//! ```
//!
//! The program makes its tables where they are not there:
//!
//! ```sh
//! export DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres
//! WEBHOOK_SECRET=secret cargo run -p exactly-once-postgres
//! ```
//!
//! In another shell, with the same variable: an account, a payment, and the payment again.
//!
//! ```sh
//! psql "$DATABASE_URL" -c "insert into accounts (name) values ('acme')"
//! B='{"id":"evt_1","type":"payment.succeeded","data":{"account":"acme","amount":500}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac secret -r | cut -d' ' -f1)" --data-binary "$B" # 200: credited
//! B='{"id":"evt_1","type":"payment.succeeded","data":{"account":"acme","amount":500}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac secret -r | cut -d' ' -f1)" --data-binary "$B" # 200: credited before
//! ```
//!
//! A payment that cannot be credited yet is answered 503, and forgotten: it is new when it is sent
//! again.
//!
//! ```sh
//! B='{"id":"evt_2","type":"payment.succeeded","data":{"account":"globex","amount":700}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac secret -r | cut -d' ' -f1)" --data-binary "$B" # 503: send it again
//! psql "$DATABASE_URL" -c "insert into accounts (name) values ('globex')"
//! B='{"id":"evt_2","type":"payment.succeeded","data":{"account":"globex","amount":700}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac secret -r | cut -d' ' -f1)" --data-binary "$B" # 200: credited
//! ```
//!
//! With the database stopped nothing is lost, because the provider sends again what is answered
//! 503:
//!
//! ```sh
//! pg_ctl -D payments-db -m fast stop # docker stop payments-db
//! B='{"id":"evt_3","type":"payment.succeeded","data":{"account":"acme","amount":900}}'; curl -i http://127.0.0.1:3000/webhooks -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac secret -r | cut -d' ' -f1)" --data-binary "$B" # 503: send it again
//! ```
//!
//! # What to know before copying it
//!
//! - Once is what the transaction writes. A mail that is sent, or another service that is called,
//!   is outside of it: note in the transaction what is to be done, and do it afterwards from there.
//! - A duplicate that comes while the first delivery is handled waits for it, up to 2 s and with a
//!   connection. Keep the transaction short.
//! - The claims are kept for a week, longer than the provider goes on sending, and pruned once a
//!   minute.
//! - It works behind a pooler in transaction mode, such as PgBouncer: no statement is prepared, and
//!   limits are set within transactions. Your own statements have to do the same.
//! - It speaks to the database without TLS. For one on another machine, give `tokio-postgres` a
//!   connector of `tokio-postgres-rustls` in the place of `NoTls`.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod database;
mod payments;
mod stop;

use std::{env, io, process::ExitCode};

use axum::{Router, extract::FromRef, routing::post};
use countersign::{Secrets, Verifier, providers::XWebhookSignature};
use countersign_postgres::PostgresStore;
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use database::BoxError;
use payments::Payments;

#[derive(Clone, FromRef)]
struct App {
    verifier: Verifier<XWebhookSignature>,
    payments: Payments,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("exactly-once-postgres: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), BoxError> {
    // Why a delivery was refused is logged.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(io::stderr).init();

    let verifier = Verifier::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    let pool = database::pool()?;
    let claims = PostgresStore::new(pool.clone());
    database::prepare(&pool, &claims).await?;

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(database::prune(claims.clone()));

    let app = App { verifier, payments: Payments { pool, claims } };
    let router = Router::new().route("/webhooks", post(payments::on_event)).with_state(app);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
