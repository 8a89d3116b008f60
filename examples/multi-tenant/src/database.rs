//! The database: which one, and how long it may take.

use std::{env, error::Error, time::Duration};

use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, PoolError, RecyclingMethod};
use tokio::time::timeout;
use tokio_postgres::{Config, NoTls};

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// The database that `DATABASE_URL` names, in either of PostgreSQL's notations.
pub(crate) fn from_env() -> Result<Config, BoxError> {
    let url = env::var(URL).map_err(|error| format!("{URL}: {error}"))?;
    let mut config: Config = url.parse().map_err(|error| format!("{URL}: {error}"))?;
    let options = config.get_options().unwrap_or_default();
    config.options(format!("{options} -c statement_timeout={}", STATEMENT.as_millis()));
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

/// An error and what caused it, in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", chain(cause)),
        None => error.to_string(),
    }
}

const URL: &str = "DATABASE_URL";

/// However many tenants deliver at once, the database serves no more of them at a time.
const CONNECTIONS: usize = 8;

/// After this the database gives a statement up. Looking up a row by its key takes less than 1 ms.
const STATEMENT: Duration = Duration::from_secs(2);

/// For connecting and making the table.
const START: Duration = Duration::from_secs(10);
