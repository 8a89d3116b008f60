//! The settings of a store.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use countersign::idempotency::StoreError;

use super::SqliteStore;
use crate::time::Clock;

/// The settings of a [`SqliteStore`]. [`open`](Self::open) makes the store.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use countersign_sqlite::SqliteStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("events.db");
/// let store = SqliteStore::options().busy_timeout(Duration::from_secs(2)).open(path).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct StoreOptions {
    pub(super) busy_timeout: Duration,
    pub(super) clock: Clock,
}

impl StoreOptions {
    /// Sets how long a transaction waits while another process holds the lock of the file. Default:
    /// 5 s. The middleware gives up by itself after 2 s.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// Sets the clock, for tests. Default: the clock of the machine. All processes that open the
    /// file need the same clock.
    pub fn clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Opens the store in the file at `path`. If there is no such file, it is made, and only its
    /// owner can read it. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the file cannot be made, opened or written; if it belongs to
    /// another program, or to a later release with other tables; or for the path `:memory:`, for
    /// which countersign has a store of its own.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        SqliteStore::open_with(path.as_ref(), self).await
    }
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self { busy_timeout: Duration::from_secs(5), clock: Clock::default() }
    }
}
