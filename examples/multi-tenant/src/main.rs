//! Receives webhooks for many tenants. Each signs with secrets of its own; they are in a PostgreSQL
//! table, and looked up when a delivery for it comes in.
//!
//! A database to try it with, where PostgreSQL is installed (14 or later; Debian keeps its programs
//! in `/usr/lib/postgresql/*/bin`, and they do not run as root), or else with Docker:
//!
//! ```sh
//! initdb -D tenants-db -U postgres -A trust
//! pg_ctl -D tenants-db -o "-p 5433 -k /tmp" -l tenants-db/log -w start
//! ```
//! ```sh
//! docker run -d --name tenants-db -e POSTGRES_HOST_AUTH_METHOD=trust -p 127.0.0.1:5433:5432 postgres
//! ```
//!
//! The program makes the table where it is not there:
//!
//! ```sh
//! export DATABASE_URL=postgres://postgres@127.0.0.1:5433/postgres
//! cargo run -p multi-tenant
//! ```
//!
//! In another shell, with the same variable: three tenants, and a delivery for each of two.
//!
//! ```sh
//! psql "$DATABASE_URL" -c "insert into webhook_secrets (tenant, current) values ('acme', 'whsec_acme'), ('globex', 'whsec_globex'), ('initech', 'whsec_initech')"
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_acme -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/globex -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_globex -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! ```
//!
//! A wrong secret, the secret of another tenant, and a tenant that is not there:
//!
//! ```sh
//! B='{"id":"evt_2","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_wrong -r | cut -d' ' -f1)" --data-binary "$B" # 401
//! B='{"id":"evt_2","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_globex -r | cut -d' ' -f1)" --data-binary "$B" # 401
//! B='{"id":"evt_2","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/nobody -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_acme -r | cut -d' ' -f1)" --data-binary "$B" # 401
//! ```
//!
//! To rotate a secret, retire the current one in the statement that sets the new one. Both are
//! accepted, and the handler tells which came in. Three retired ones are kept: a fourth pushes the
//! oldest out, and where a statement would keep it, the table refuses that.
//!
//! ```sh
//! psql "$DATABASE_URL" -c "update webhook_secrets set retired = (array_prepend(current, retired))[:3], current = 'whsec_newer' where tenant = 'acme'"
//! B='{"id":"evt_3","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_newer -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_4","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_acme -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! ```
//!
//! With the database stopped, tenants whose secrets are remembered are served on, for up to a
//! minute. The others are answered 503 with `Retry-After`, and their providers send again:
//!
//! ```sh
//! pg_ctl -D tenants-db -m fast stop # docker stop tenants-db
//! B='{"id":"evt_5","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/acme -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_newer -r | cut -d' ' -f1)" --data-binary "$B" # 200
//! B='{"id":"evt_6","type":"user.created","data":{"name":"Zoe"}}'; curl -i http://127.0.0.1:3000/hooks/initech -H 'Content-Type: application/json' -H "X-Webhook-Signature: $(printf %s "$B" | openssl dgst -sha256 -hmac whsec_initech -r | cut -d' ' -f1)" --data-binary "$B" # 503
//! ```
//!
//! # What to know before copying it
//!
//! - A trigger tells the program whose row was changed, and it forgets what it remembers of that
//!   tenant. While its connection is broken nobody tells it, and `truncate` tells nobody: a
//!   revoked secret is then accepted until what is remembered runs out, 60 s after the lookup.
//! - Who makes names up costs the database one lookup for each, eight at a time: where the endpoint
//!   is on the internet, limit refusals per peer, as `hardened-axum` does.
//! - Event ids are the tenant's own: keep them together with its name.
//! - The secrets are in the table as they are: who can read it, or a copy, can sign for everybody.
//! - A pooler in transaction mode, such as PgBouncer, does not pass on the notifications of a
//!   trigger: set `LISTEN_URL` to the URL of the server itself. Lookups can go through the pooler.
//! - It speaks to the database without TLS. For one on another machine, give `tokio-postgres` a
//!   connector of `tokio-postgres-rustls` in the place of `NoTls`.
//!
//! `ADDR` sets the address (default `127.0.0.1:3000`).

mod changes;
mod database;
mod secrets;
mod stop;

use std::{env, io, process::ExitCode, time::Duration};

use axum::{Router, routing::post};
use countersign::{
    Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tenants::Tenants,
};
use tokio::net::TcpListener;
use tracing_subscriber::filter::LevelFilter;

use database::BoxError;
use secrets::Table;

async fn on_event(Webhook { event, verified, .. }: Webhook<flat::Event>) -> String {
    // Who signed it. Not the path's word: what a router makes of that is another matter.
    let tenant = verified.tenant().unwrap_or("-");
    // Types and ids are the sender's text: escaped, they cannot break the line.
    let (event_type, id) =
        (event.event_type().escape_debug(), event.id().unwrap_or("-").escape_debug());
    println!("{tenant}: {event_type}, id {id}: secret {}", verified.secret_index());
    format!("received for {tenant}")
}

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("multi-tenant: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), BoxError> {
    // Why a delivery was refused, and why a lookup failed, is logged.
    tracing_subscriber::fmt().with_max_level(LevelFilter::WARN).with_writer(io::stderr).init();

    let config = database::from_env()?;
    let to_listen_to = database::to_listen_to(&config)?;
    let pool = database::open(&config).await?;
    let tenants = Tenants::new(Table(pool)).time_to_live(Duration::from_secs(60));
    let verifier = Verifier::<XWebhookSignature>::per_tenant(tenants);

    let addr = env::var("ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(&addr).await.map_err(|error| {
        format!("cannot listen on {addr}: {error}; choose another with ADDR=127.0.0.1:3001")
    })?;
    let stop = stop::requested()?;
    println!("listening on {}", listener.local_addr()?);
    tokio::spawn(changes::follow(verifier.clone(), to_listen_to));

    let router = Router::new().route("/hooks/{tenant}", post(on_event)).with_state(verifier);
    axum::serve(listener, router).with_graceful_shutdown(stop).await?;
    Ok(())
}
