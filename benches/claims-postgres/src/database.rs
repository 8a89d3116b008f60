//! A server with the tables of all subjects.

use std::{error::Error, sync::Arc};

use countersign_postgres::PostgresStore;
use countersign_tests::Postgres;
use deadpool_postgres::{Manager, Pool};
use tokio_postgres::{Config, NoTls};

/// The server and the stores that are measured.
pub(crate) struct Database {
    pub(crate) pool: Pool,
    /// The store with its default, unnamed statements.
    pub(crate) store: PostgresStore,
    /// The store with prepared statements.
    pub(crate) prepared: PostgresStore,
    /// Stopped when this is dropped.
    _server: Postgres,
}

impl Database {
    /// Returns `None` if PostgreSQL is not installed.
    pub(crate) async fn start(connections: usize) -> Result<Option<Arc<Self>>, Box<dyn Error>> {
        let Some(server) = Postgres::start()? else { return Ok(None) };
        server.execute("create table bare (key text primary key)")?;
        server.execute("create table effects (key text primary key)")?;
        let mut config: Config = server.url().parse()?;
        // Logging each statement costs more than some of them.
        config.options("-c log_statement=none");
        let manager = Manager::new(config, NoTls);
        let pool = Pool::builder(manager).max_size(connections).build()?;
        let store = PostgresStore::new(pool.clone());
        store.migrate().await?;
        let prepared = store.clone().prepared_statements(true);
        Ok(Some(Arc::new(Self { pool, store, prepared, _server: server })))
    }

    /// Empties all tables.
    pub(crate) async fn clear(&self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let client = self.pool.get().await?;
        client.batch_execute("truncate bare, effects, countersign_claims").await?;
        Ok(())
    }
}
