//! Webhooks for many tenants. Each tenant signs with secrets of its own, which are in a PostgreSQL
//! table and are looked up when a delivery for the tenant arrives.
//!
//! Start a database, either with an installed PostgreSQL (14 or later; Debian keeps its programs in
//! `/usr/lib/postgresql/*/bin`, and they do not run as root), or with Docker:
//!
//! ```sh
//! initdb -D tenants-db -U postgres -A trust
//! pg_ctl -D tenants-db -o "-p 5433 -k /tmp" -l tenants-db/log -w start
//! ```
//! ```sh
//! docker run -d --name tenants-db -e POSTGRES_HOST_AUTH_METHOD=trust -p 127.0.0.1:5433:5432 postgres
//! ```
//!
//! The program makes the table if it is missing:
//!
//! ```sh
//! export DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres
//! cargo run -p multi-tenant
//! ```
//!
//! In another shell, with the same variable: two tenants, a delivery for each of them, the secret
//! of another tenant, and a tenant that does not exist.
//!
//! ```sh
//! export URL=http://127.0.0.1:3000/hooks ACME=whsec_acme GLOBEX=whsec_globex NEW=whsec_new
//! psql "$DATABASE_URL" -c "insert into webhook_secrets (tenant, current) values ('acme', '$ACME')"
//! psql "$DATABASE_URL" -c "insert into webhook_secrets (tenant, current) values ('globex', '$GLOBEX')"
//! countersign send x-webhook-signature $URL/acme --secret-env ACME
//! # 200 received for acme
//! countersign send x-webhook-signature $URL/globex --secret-env GLOBEX
//! # 200 received for globex
//! countersign send x-webhook-signature $URL/acme --secret-env GLOBEX
//! # 401 {"error":"Invalid signature"}
//! countersign send x-webhook-signature $URL/nobody --secret-env ACME
//! # 401 {"error":"Invalid signature"}
//! ```
//!
//! To rotate a secret, retire the current one in the statement that sets the new one. Both are then
//! accepted, and the program prints which of them matched. The table keeps three retired secrets.
//!
//! ```sh
//! psql "$DATABASE_URL" -c "update webhook_secrets set retired = (array_prepend(current, retired))[:3], current = '$NEW' where tenant = 'acme'"
//! countersign send x-webhook-signature $URL/acme --secret-env NEW
//! # 200 received for acme
//! countersign send x-webhook-signature $URL/acme --secret-env ACME
//! # 200 received for acme
//! ```
//!
//! While the database is stopped, tenants whose secrets are remembered are served for up to a
//! minute. The others are answered 503 with `Retry-After`, and their providers send again:
//!
//! ```sh
//! pg_ctl -D tenants-db -m fast stop # docker stop tenants-db
//! countersign send x-webhook-signature $URL/acme --secret-env NEW
//! # 200 received for acme
//! countersign send x-webhook-signature $URL/initech --secret-env ACME
//! # 503
//! ```
//!
//! # Before you copy it
//!
//! - A trigger notifies the program when a row changes, and the program drops what it remembers of
//!   that tenant. There is no notification while the connection is broken, or after a `truncate`: a
//!   revoked secret is then accepted until 60 s after its last lookup.
//! - Each unknown tenant costs the database one lookup. At most eight lookups run at once. On the
//!   internet, limit rejections per peer as well, as `hardened-axum` does.
//! - Event ids belong to their tenant: store them together with its name.
//! - The table holds the secrets in clear. Anyone who can read the table, or a copy of it, can sign
//!   for every tenant.
//! - A pooler in transaction mode, such as PgBouncer, does not pass on notifications: set
//!   `LISTEN_URL` to the URL of the server itself. Lookups can go through the pooler.
//! - It connects to the database without TLS. For a database on another machine, replace `NoTls` by
//!   a connector of `tokio-postgres-rustls`.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod changes;
mod database;
mod secrets;

use std::{env, io, time::Duration};

use anyhow::Context;
use axum::{Router, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tenants::Tenants,
};
use tokio::{net::TcpListener, signal::ctrl_c};
use tracing_subscriber::filter::LevelFilter;

use secrets::Table;

async fn on_event(Webhook { event, verified, .. }: Webhook<flat::Event>) -> String {
    // The tenant whose secret matched. The router can parse the path differently, so use this one.
    let tenant = verified.tenant().unwrap_or("-");
    // Types and ids are the sender's text. They are escaped, so that they cannot break the line.
    let (event_type, id) =
        (event.event_type().escape_debug(), event.id().unwrap_or("-").escape_debug());
    println!("{tenant}: {event_type}, id {id}: secret {}", verified.secret_index());
    format!("received for {tenant}")
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Prints the reasons for rejections, and lookups that fail.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(io::stderr).init();

    let config = database::from_env()?;
    let to_listen_to = database::to_listen_to(&config)?;
    let pool = database::open(&config).await?;
    let tenants = Tenants::new(Table(pool)).time_to_live(Duration::from_secs(60));
    let verifier = Verifier::<XWebhookSignature>::per_tenant(tenants);
    let router =
        Router::new().route("/hooks/{tenant}", post(on_event)).with_state(verifier.clone());

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.with_context(|| {
        format!("cannot listen on {addr}; choose another with ADDR=127.0.0.1:3001")
    })?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(changes::follow(verifier, to_listen_to));
    axum::serve(listener, router).with_graceful_shutdown(async { _ = ctrl_c().await }).await?;
    Ok(())
}
