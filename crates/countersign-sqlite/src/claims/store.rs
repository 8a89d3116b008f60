//! A store of handled events in a file.

use std::{fmt, path::Path, time::Duration};

use bytes::Bytes;
use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError};

use super::{
    StoreOptions,
    statements::{self, Claimant},
};
use crate::{
    engine::{Location, Queue},
    time::{Clock, milliseconds},
};

/// Remembers in an SQLite file which events are in progress and which are done, so that a restart
/// does not forget them.
///
/// Clones share the file's thread. Several stores, in one process or in several, can open one file.
/// Rows whose ttl has passed are removed by themselves.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store as _};
/// use countersign_sqlite::SqliteStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("events.db");
/// let key = IdempotencyKey::builder("stripe").event_type(Some("invoice.paid")).id("evt_1");
/// let (lease, day) = (Lease::new(key.clone()), Duration::from_secs(24 * 60 * 60));
///
/// let store = SqliteStore::open(&path).await?;
/// assert_eq!(store.claim(&lease, Duration::from_secs(60)).await?, Claim::Fresh);
/// assert_eq!(store.complete(&lease, day, "200".into()).await?, Settled::Applied);
///
/// // After a restart.
/// drop(store);
/// let store = SqliteStore::open(&path).await?;
/// let done = Claim::Done { note: "200".into() };
/// assert_eq!(store.claim(&Lease::new(key), Duration::from_secs(60)).await?, done);
/// # Ok(())
/// # }
/// ```
///
/// The middleware claims and completes by itself:
///
/// ```
/// use countersign::idempotency::Idempotency;
/// # use countersign_sqlite::SqliteStore;
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("events.db");
/// let idempotency = Idempotency::new(SqliteStore::open(path).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    writer: Queue,
    location: Location,
    clock: Clock,
}

impl SqliteStore {
    /// Opens the store in the file at `path`, with the default settings. If there is no such file,
    /// it is made. Its directory must exist.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] as [`StoreOptions::open`] does.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path).await
    }

    /// Returns the default settings, to change them.
    pub fn options() -> StoreOptions {
        StoreOptions::default()
    }

    pub(super) async fn open_with(path: &Path, options: StoreOptions) -> Result<Self, StoreError> {
        let StoreOptions { busy_timeout, clock } = options;
        let location = Location::new(path, busy_timeout).map_err(StoreError::new)?;
        let upkeep = vec![statements::upkeep(clock.clone())];
        let writer = Queue::writer(location.clone(), upkeep).await?;
        Ok(Self::new(writer, location, clock))
    }

    pub(crate) fn new(writer: Queue, location: Location, clock: Clock) -> Self {
        Self { writer, location, clock }
    }
}

impl Store for SqliteStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        let (claimant, clock) = (Claimant::of(lease), self.clock.clone());
        let length = milliseconds(length);
        // A claim that nobody waits for would only keep the next delivery away.
        self.writer
            .ask(
                move |statements| {
                    // The time now, because the job may have waited.
                    let now = clock.now();
                    claimant.claim(statements, now, now.saturating_add(length))
                },
                |_| {},
            )
            .await
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        let (claimant, now) = (Claimant::of(lease), self.clock.now());
        let expires_at = now.saturating_add(milliseconds(ttl));
        self.writer
            .run(move |statements| claimant.complete(statements, now, expires_at, &note), |_| {})
            .await
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let (claimant, clock) = (Claimant::of(lease), self.clock.clone());
        self.writer.run(move |statements| claimant.release(statements, clock.now()), |_| {}).await
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        let (key, clock) = (key.clone(), self.clock.clone());
        self.writer
            .run(move |statements| statements::forget(statements, &key, clock.now()), |_| {})
            .await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.location.path).finish_non_exhaustive()
    }
}
