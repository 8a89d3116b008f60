//! The settings of an inbox.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use countersign::inbox::StoreError;

use super::SqliteInbox;
use crate::time::Clock;

/// The settings of a [`SqliteInbox`]. [`open`](Self::open) makes the inbox.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use countersign_sqlite::SqliteInbox;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("inbox.db");
/// let inbox = SqliteInbox::options()
///     .keep_for(Duration::from_secs(7 * 24 * 60 * 60))
///     .forget_bodies_when_done()
///     .open(path)
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct InboxOptions {
    pub(super) keep_for: Duration,
    pub(super) forgets_bodies: bool,
    pub(super) busy_timeout: Duration,
    pub(super) clock: Clock,
    pub(super) must_exist: bool,
}

impl InboxOptions {
    /// Sets the time for which a delivery is remembered after it was done or discarded. Its event
    /// is a duplicate for that long, and new afterwards. Default: 72 h, because most providers
    /// repeat a delivery for at most three days.
    ///
    /// The inbox removes older rows by itself, at most 50 in one transaction. If several programs
    /// open one file, the shortest time of all of them applies.
    pub fn keep_for(self, keep_for: Duration) -> Self {
        Self { keep_for, ..self }
    }

    /// Removes the request of a delivery, with its body, once a handler has succeeded. Its row stays
    /// for [`keep_for`](Self::keep_for), but it cannot be replayed. A delivery that an operator marks
    /// as done, or discards, keeps its body as long as its row. Default: requests are kept as
    /// long as their rows.
    ///
    /// The bytes can stay in the file until SQLite uses their place again.
    pub fn forget_bodies_when_done(self) -> Self {
        Self { forgets_bodies: true, ..self }
    }

    /// Sets how long a transaction waits while another process holds the lock of the file. Default:
    /// 5 s. Callers who wait for less time get their own errors earlier.
    pub fn busy_timeout(self, busy_timeout: Duration) -> Self {
        Self { busy_timeout, ..self }
    }

    /// Opens only a file that is an inbox already, and makes neither a file nor an inbox in it. It
    /// is for programs of operators, who may have mistyped the path. Default: both are made.
    pub fn must_exist(self) -> Self {
        Self { must_exist: true, ..self }
    }

    /// Sets the clock, for tests. Default: the clock of the machine. All processes that open the
    /// file need the same clock.
    pub fn clock(self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Clock::new(now), ..self }
    }

    /// Opens the inbox in the file at `path`. If there is no such file, it is made, and only its
    /// owner can read it. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the file cannot be made, opened or written; if it belongs to
    /// another program, or to a later release with other tables; or for the path `:memory:`,
    /// because deliveries in memory would not survive a restart.
    pub async fn open(self, path: impl AsRef<Path>) -> Result<SqliteInbox, StoreError> {
        SqliteInbox::open_with(path.as_ref(), self).await
    }
}

impl Default for InboxOptions {
    fn default() -> Self {
        Self {
            keep_for: Duration::from_secs(72 * 60 * 60),
            forgets_bodies: false,
            busy_timeout: Duration::from_secs(5),
            clock: Clock::default(),
            must_exist: false,
        }
    }
}
