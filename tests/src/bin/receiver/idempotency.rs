//! The store of the events that were handled.

use std::str::FromStr;

use countersign::idempotency::{Idempotency, MemoryStore};

use countersign_postgres::PostgresStore;
use countersign_redis::{
    RedisStore, connection_settings,
    redis::{Client, aio::ConnectionManager},
};
use deadpool_postgres::{
    Manager, Pool,
    tokio_postgres::{Config, NoTls},
};

use crate::arguments::Arguments;

/// The store that the arguments select.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Keep {
    Nothing,
    Memory,
    Redis(String),
    Postgres(String),
}

impl FromStr for Keep {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "none" => Ok(Self::Nothing),
            "memory" => Ok(Self::Memory),
            url if url.starts_with("redis") => Ok(Self::Redis(url.to_owned())),
            url if url.starts_with("postgres://") => Ok(Self::Postgres(url.to_owned())),
            _ => Err("neither none, memory, nor the URL of a server".to_owned()),
        }
    }
}

impl Keep {
    /// Opens the store.
    pub(crate) async fn open(
        arguments: &Arguments,
    ) -> Result<Idempotency, Box<dyn std::error::Error>> {
        let idempotency = match &arguments.idempotency {
            Self::Nothing | Self::Memory => Idempotency::new(MemoryStore::new()),
            // The connection is lazy, because the server may not be running yet.
            Self::Redis(url) => {
                let (client, settings) = (Client::open(&**url)?, connection_settings());
                let connection = ConnectionManager::new_lazy_with_config(client, settings)?;
                Idempotency::new(RedisStore::new(connection))
            }
            Self::Postgres(url) => Idempotency::new(postgres(url).await?.1),
        };
        Ok(idempotency.lease(arguments.lease).in_progress_status(arguments.in_progress))
    }
}

/// Connects to a PostgreSQL server, and opens the store of claims in it.
pub(crate) async fn postgres(
    url: &str,
) -> Result<(Pool, PostgresStore), Box<dyn std::error::Error>> {
    let (pool, _) = pool(url)?;
    let store = PostgresStore::new(pool.clone());
    store.migrate().await?;
    Ok((pool, store))
}

/// Makes a pool of connections to a PostgreSQL server.
pub(crate) fn pool(url: &str) -> Result<(Pool, Config), Box<dyn std::error::Error>> {
    let config: Config = url.parse()?;
    Ok((Pool::builder(Manager::new(config.clone(), NoTls)).max_size(CONNECTIONS).build()?, config))
}

/// Connections of a pool. Three receivers, with two pools each, share a server that takes 100.
const CONNECTIONS: usize = 10;
