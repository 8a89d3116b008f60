//! The error of a migration.

use tokio_postgres::{Error, error::SqlState};

/// An error of a migration: the table or its index was not made. The database's error is the
/// source.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrationError {
    /// A lock was not free within the `lock_timeout` of [`MIGRATION`](crate::MIGRATION).
    #[error(
        "the table {table} was not migrated: another transaction holds a lock on it; migrate again \
         once that transaction has ended"
    )]
    Locked { table: String, source: Error },
    #[error("the table {table} was not migrated")]
    Failed { table: String, source: Error },
}

impl MigrationError {
    pub(crate) fn new(table: &str, source: Error) -> Self {
        let table = table.to_owned();
        if source.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) {
            Self::Locked { table, source }
        } else {
            Self::Failed { table, source }
        }
    }
}
