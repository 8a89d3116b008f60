//! Claims in PostgreSQL. Each test has a server of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod claims;
mod connections;
mod durations;
mod instances;
mod logs;
mod migrations;
mod outages;
mod poolers;
mod pruning;
mod transactions;

use std::error::Error;

use countersign::idempotency::{IdempotencyKey, Lease, conformance};
use countersign_postgres::PostgresStore;
use countersign_tests::{PATIENCE, Postgres};
use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls};

type Outcome = Result<(), Box<dyn Error>>;

/// Number of connections, as in a typical application.
const CONNECTIONS: usize = 16;

/// Counts the connections that are still open. The server counts the writes of a connection when it
/// ends, at the latest.
const OTHERS: &str = "select count(*) from pg_stat_activity \
                      where backend_type = 'client backend' and pid <> pg_backend_pid()";

fn pool(postgres: &Postgres, connections: usize) -> Pool {
    pool_with(postgres.url().parse().unwrap(), connections)
}

fn pool_with(config: Config, connections: usize) -> Pool {
    Pool::builder(Manager::new(config, NoTls)).max_size(connections).build().unwrap()
}

/// Makes a store whose table exists.
async fn store(postgres: &Postgres) -> Result<PostgresStore, Box<dyn Error>> {
    let store = PostgresStore::new(pool(postgres, CONNECTIONS));
    store.migrate().await?;
    Ok(store)
}

fn key(id: &str) -> IdempotencyKey {
    IdempotencyKey::builder("tests").event_type(None).id(id)
}

fn lease(id: &str) -> Lease {
    Lease::new(key(id))
}
