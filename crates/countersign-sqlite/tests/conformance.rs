//! The suites that every store and every inbox must pass.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a test")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use countersign::{idempotency, inbox};
use countersign_sqlite::{SqliteInbox, SqliteStore};
use tempfile::TempDir;

/// Files for one test, each new.
struct Files {
    directory: TempDir,
    made: AtomicU64,
    clock: SetClock,
}

/// A clock that stands still until time passes.
#[derive(Clone, Default)]
struct SetClock(Arc<AtomicU64>);

impl SetClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_nanos(self.0.load(Ordering::SeqCst))
    }

    fn pass(&self, length: Duration) {
        let length = u64::try_from(length.as_nanos()).unwrap();
        self.0.fetch_add(length, Ordering::SeqCst);
    }
}

impl Files {
    fn new() -> Self {
        let clock = SetClock::default();
        // Deliveries of the suite are received at the real time.
        clock.pass(SystemTime::now().duration_since(UNIX_EPOCH).unwrap());
        Self { directory: tempfile::tempdir().unwrap(), made: AtomicU64::new(0), clock }
    }

    fn path(&self) -> std::path::PathBuf {
        let number = self.made.fetch_add(1, Ordering::SeqCst);
        self.directory.path().join(format!("{number}.db"))
    }

    async fn inbox(&self) -> SqliteInbox {
        SqliteInbox::open(self.path()).await.unwrap()
    }

    async fn inbox_with_clock(&self) -> SqliteInbox {
        let clock = self.clock.clone();
        SqliteInbox::options().clock(move || clock.now()).open(self.path()).await.unwrap()
    }

    fn pass(&self) -> impl Fn(Duration) + Send + Sync + 'static {
        let clock = self.clock.clone();
        move |length| clock.pass(length)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_passes() {
    let files = Files::new();
    let store = || async { SqliteStore::open(files.path()).await.unwrap() };
    idempotency::conformance::check(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_store_in_the_file_of_an_inbox_passes_with_a_clock_that_is_set() {
    let files = Files::new();
    let store = || async { files.inbox_with_clock().await.store() };
    idempotency::conformance::check_with_clock(store, files.pass()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_passes() {
    let files = Files::new();
    inbox::conformance::check(|| files.inbox()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_passes_with_a_clock_that_is_set() {
    let files = Files::new();
    inbox::conformance::check_with_clock(|| files.inbox_with_clock(), files.pass()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_keeps_the_order_of_objects() {
    let files = Files::new();
    inbox::conformance::check_serial(|| files.inbox()).await;
    inbox::conformance::check_serial_with_clock(|| files.inbox_with_clock(), files.pass()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_inbox_has_a_history() {
    let files = Files::new();
    inbox::conformance::check_history(|| files.inbox()).await;
    inbox::conformance::check_history_with_clock(|| files.inbox_with_clock(), files.pass()).await;
}
