//! Why a table was not made.

use tokio_postgres::{Error, error::SqlState};

/// A table or its index was not made. What the database said is the source.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MigrationError {
    /// Waited for as long as the `lock_timeout` of [`MIGRATION`](crate::MIGRATION).
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
