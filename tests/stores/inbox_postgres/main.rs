//! An inbox in PostgreSQL. Each test has a server of its own.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod activity;
mod batches;
mod console;
mod deliveries;
mod migrations;
mod outages;
mod suite;
mod transactions;
mod workers;

use std::error::Error;

use countersign_postgres::PostgresInbox;
use countersign_tests::{PATIENCE, Postgres};
use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls};

use deliveries::{entry, of_type, received_at, verifier, wanted};

type Outcome = Result<(), Box<dyn Error>>;

/// Number of connections, as in a typical application.
const CONNECTIONS: usize = 16;

fn pool(config: Config) -> Pool {
    Pool::builder(Manager::new(config, NoTls)).max_size(CONNECTIONS).build().unwrap()
}

fn config(postgres: &Postgres) -> Config {
    postgres.url().parse().unwrap()
}

/// Makes an inbox whose tables exist, as each process has one.
async fn inbox(postgres: &Postgres) -> Result<PostgresInbox, Box<dyn Error>> {
    let inbox = PostgresInbox::new(pool(config(postgres))).listen(config(postgres), NoTls);
    inbox.migrate().await?;
    Ok(inbox)
}
