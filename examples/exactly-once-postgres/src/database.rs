//! The database: which one, and how long it may take.

use std::{env, error::Error, time::Duration};

use countersign_postgres::PostgresStore;
use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Transaction,
};
use tokio::time::{sleep, timeout};
use tokio_postgres::{Config, NoTls};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// Connections to the database that `DATABASE_URL` names, in either of PostgreSQL's notations.
pub(crate) fn pool() -> Result<Pool, BoxError> {
    let url = env::var(URL).map_err(|error| format!("{URL}: {error}"))?;
    let mut config: Config = url.parse().map_err(|error| format!("{URL}: {error}"))?;
    // A connection whose other end is gone is noticed within a minute.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(30));
    // Asked before it is used again, a connection that is broken or hangs is replaced.
    let recycling_method = RecyclingMethod::Verified;
    let manager = Manager::from_config(config, NoTls, ManagerConfig { recycling_method });
    Ok(Pool::builder(manager).max_size(CONNECTIONS).build()?)
}

/// Makes the tables where they are not there.
pub(crate) async fn prepare(pool: &Pool, claims: &PostgresStore) -> Result<(), BoxError> {
    let prepared = timeout(START, async {
        client(pool).await?.batch_execute(include_str!("schema.sql")).await?;
        claims.migrate().await?;
        Ok::<_, BoxError>(())
    });
    match prepared.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("the database of {URL}: {}", chain(&*error)).into()),
        Err(_) => Err(format!("the database of {URL} does not answer").into()),
    }
}

/// Removes the claims whose time is over, for ever.
pub(crate) async fn prune(claims: PostgresStore) {
    loop {
        // In batches, so that none takes long. If one fails, the next time is soon enough.
        while matches!(claims.prune(BATCH).await, Ok(removed) if removed == u64::from(BATCH)) {}
        sleep(PRUNE).await;
    }
}

/// A connection, once one is free.
pub(crate) async fn client(pool: &Pool) -> Result<Client, BoxError> {
    pool.get().await.map_err(|error| match error {
        // What the pool says of it would be said twice.
        PoolError::Backend(error) => error.into(),
        error => error.into(),
    })
}

/// Begins a transaction with a time limit for its statements, so that the database ends a statement
/// even if the program no longer waits for it. The limit is set within the transaction, because a
/// pooler rejects a connection that sets it.
pub(crate) async fn begin(client: &mut Client) -> Result<Transaction<'_>, BoxError> {
    let transaction = client.transaction().await?;
    let limit = format!("set local statement_timeout = {}", STATEMENT.as_millis());
    transaction.batch_execute(&limit).await?;
    Ok(transaction)
}

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", chain(cause)),
        None => error.to_string(),
    }
}

const URL: &str = "DATABASE_URL";

/// A duplicate that comes while the first delivery is handled waits with one of these.
const CONNECTIONS: usize = 16;

/// Shorter than a delivery is waited for.
const STATEMENT: Duration = Duration::from_secs(3);

/// For connecting and making the tables.
const START: Duration = Duration::from_secs(10);

const BATCH: u32 = 1000;

const PRUNE: Duration = Duration::from_secs(60);
