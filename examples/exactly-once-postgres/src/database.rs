//! The database, and the time that it may take.

use std::{env, time::Duration};

use anyhow::{Context, anyhow};
use countersign_postgres::PostgresStore;
use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Transaction,
};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, NoTls};

/// Connections to the database that `DATABASE_URL` names, in either of PostgreSQL's notations.
pub(crate) fn pool() -> anyhow::Result<Pool> {
    let url = env::var(URL).map_err(|error| anyhow!("{URL}: {error}"))?;
    let mut config: Config = url.parse().map_err(|error| anyhow!("{URL}: {error}"))?;
    // A connection whose other end has gone is noticed within a minute.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(30));
    // A connection is checked before it is used again, and replaced if it is broken or hangs.
    let recycling_method = RecyclingMethod::Verified;
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
    Ok(Pool::builder(manager).max_size(CONNECTIONS).build()?)
}

/// Makes the tables if they are missing.
pub(crate) async fn prepare(pool: &Pool, claims: &PostgresStore) -> anyhow::Result<()> {
    let prepared = timeout(START, async {
        client(pool).await?.batch_execute(include_str!("schema.sql")).await?;
        claims.migrate().await?;
        anyhow::Ok(())
    });
    let prepared = prepared.await.context("no answer").flatten();
    prepared.map_err(|error| anyhow!("the database of {URL}: {error:#}"))
}

/// Removes expired claims. Does not return.
pub(crate) async fn prune(claims: PostgresStore) {
    loop {
        // In batches, so that none takes long. After a failure it tries again a minute later.
        while matches!(claims.prune(BATCH).await, Ok(removed) if removed == u64::from(BATCH)) {}
        sleep(PRUNE).await;
    }
}

/// Waits for a free connection.
pub(crate) async fn client(pool: &Pool) -> anyhow::Result<Client> {
    pool.get().await.map_err(|error| match error {
        // The pool's own error would repeat the text of its source.
        PoolError::Backend(error) => error.into(),
        error => error.into(),
    })
}

/// Begins a transaction with a time limit for its statements, so that the database ends a statement
/// even if the program no longer waits for it. The limit is set within the transaction, because a
/// pooler rejects a connection that sets it.
pub(crate) async fn begin(client: &mut Client) -> anyhow::Result<Transaction<'_>> {
    let transaction = client.transaction().await?;
    let limit = format!("set local statement_timeout = {}", STATEMENT.as_millis());
    transaction.batch_execute(&limit).await?;
    Ok(transaction)
}

const URL: &str = "DATABASE_URL";

/// Greatest number of connections. A duplicate that waits for the first delivery of its event keeps
/// one of them.
const CONNECTIONS: usize = 16;

/// Shorter than `HANDLE`, the time that a delivery may take.
const STATEMENT: Duration = Duration::from_secs(3);

/// Time for connecting and making the tables.
const START: Duration = Duration::from_secs(10);

const BATCH: u32 = 1000;

const PRUNE: Duration = Duration::from_secs(60);
