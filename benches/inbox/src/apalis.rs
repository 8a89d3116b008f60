//! The storage of a job queue, with the settings that make a commit wait for the disk.

use std::path::Path;

use apalis::prelude::{TaskBuilder, TaskSink as _};
use apalis_sqlite::{SqlitePool, SqliteStorage};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

/// Pushes jobs whose key is the key of an event.
#[derive(Clone)]
pub(crate) struct Apalis(SqliteStorage<Vec<u8>>);

impl Apalis {
    pub(crate) async fn open(path: &Path) -> Result<Self, sqlx::Error> {
        // Not its own `setup`, which switches the durability off.
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(std::time::Duration::from_secs(30));
        let pool: SqlitePool =
            SqlitePoolOptions::new().max_connections(8).connect_with(options).await?;
        SqliteStorage::migrations().run(&pool).await?;
        Ok(Self(SqliteStorage::new(&pool)))
    }

    pub(crate) async fn push(&mut self, key: &str, request: Vec<u8>) {
        let task = TaskBuilder::new(request).idempotency_key(key).build();
        self.0.push_task(task).await.unwrap();
    }
}
