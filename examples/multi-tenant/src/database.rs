//! The database: which one, and how long it may take.

use std::{env, error::Error, time::Duration};

use deadpool_postgres::{
    Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Transaction,
};
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The database that `DATABASE_URL` names, in either of PostgreSQL's notations.
pub(crate) fn from_env() -> Result<Config, BoxError> {
    parse(URL, &env::var(URL).map_err(|error| format!("{URL}: {error}"))?)
}

/// The same database without a pooler in between. Set `LISTEN_URL` to it if you use a pooler.
pub(crate) fn to_listen_to(database: &Config) -> Result<Config, BoxError> {
    env::var(LISTEN_URL).map_or_else(|_| Ok(database.clone()), |url| parse(LISTEN_URL, &url))
}

fn parse(name: &str, url: &str) -> Result<Config, BoxError> {
    let mut config: Config = url.parse().map_err(|error| format!("{name}: {error}"))?;
    // A connection whose other end is gone is noticed within a minute.
    config.keepalives_idle(Duration::from_secs(30)).keepalives_interval(Duration::from_secs(10));
    config.keepalives_retries(3).tcp_user_timeout(Duration::from_secs(30));
    Ok(config)
}

/// Connections to it, of which the first has made the table where it was not there.
pub(crate) async fn open(config: &Config) -> Result<Pool, BoxError> {
    // Asked before it is used again, a connection that is broken or hangs is replaced.
    let recycling_method = RecyclingMethod::Verified;
    let manager = Manager::from_config(config.clone(), NoTls, ManagerConfig { recycling_method });
    let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
    let opened = timeout(START, async {
        let client = client(&pool).await?;
        client.batch_execute(include_str!("schema.sql")).await?;
        Ok::<_, BoxError>(())
    });
    match opened.await {
        Ok(Ok(())) => Ok(pool),
        Ok(Err(error)) => Err(format!("the database of {URL}: {}", chain(&*error)).into()),
        Err(_) => Err(format!("the database of {URL} does not answer").into()),
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

const LISTEN_URL: &str = "LISTEN_URL";

/// However many tenants deliver at once, the database serves no more of them at a time.
const CONNECTIONS: usize = 8;

/// Looking up a row by its key takes less than 1 ms.
const STATEMENT: Duration = Duration::from_secs(2);

/// For connecting and making the table.
const START: Duration = Duration::from_secs(10);
