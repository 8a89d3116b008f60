//! The database, and the time that it may take.

use std::{env, time::Duration};

use anyhow::{Context, anyhow};
use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Transaction,
};
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

/// The database that `DATABASE_URL` names, in either of PostgreSQL's notations.
pub(crate) fn from_env() -> anyhow::Result<Config> {
    parse(URL, &env::var(URL).map_err(|error| anyhow!("{URL}: {error}"))?)
}

/// The same database without a pooler in between. Set `LISTEN_URL` to it if you use a pooler.
pub(crate) fn to_listen_to(database: &Config) -> anyhow::Result<Config> {
    env::var(LISTEN_URL).map_or_else(|_| Ok(database.clone()), |url| parse(LISTEN_URL, &url))
}

fn parse(name: &str, url: &str) -> anyhow::Result<Config> {
    let mut config: Config = url.parse().map_err(|error| anyhow!("{name}: {error}"))?;
    // A connection whose other end has gone is noticed within a minute.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(30));
    Ok(config)
}

/// Connects to the database, and makes the table if it is missing.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Pool> {
    // A connection is checked before it is used again, and replaced if it is broken or hangs.
    let recycling_method = RecyclingMethod::Verified;
    let manager = Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method });
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
    let opened = timeout(START, async {
        let client = client(&pool).await?;
        client.batch_execute(include_str!("schema.sql")).await?;
        anyhow::Ok(())
    });
    let opened = opened.await.context("no answer").flatten();
    opened.map_err(|error| anyhow!("the database of {URL}: {error:#}"))?;
    Ok(pool)
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

const LISTEN_URL: &str = "LISTEN_URL";

/// The database serves this many lookups at a time, however many tenants deliver at once.
const CONNECTIONS: usize = 8;

/// Looking up a row by its key takes less than 1 ms.
const STATEMENT: Duration = Duration::from_secs(2);

/// Time for connecting and making the table.
const START: Duration = Duration::from_secs(10);
