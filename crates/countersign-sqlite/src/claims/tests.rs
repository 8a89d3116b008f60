//! Tests of the store that its suite does not have.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use countersign::idempotency::{Claim, IdempotencyKey, Lease, Settled, Store as _};
use rusqlite::Connection;

use super::{SqliteStore, statements::upkeep};
use crate::{engine::Statements, time::Clock};

const HOUR: Duration = Duration::from_secs(3600);

fn lease(id: &str) -> Lease {
    Lease::new(IdempotencyKey::builder("e").event_type(None).id(id))
}

#[tokio::test]
async fn removes_what_has_expired() {
    let directory = tempfile::tempdir().unwrap();
    let seconds = Arc::new(AtomicU64::new(1_000_000));
    let now = {
        let seconds = Arc::clone(&seconds);
        move || UNIX_EPOCH + Duration::from_secs(seconds.load(Ordering::SeqCst))
    };
    let options = SqliteStore::options().clock(now.clone());
    let store = options.open(directory.path().join("events.db")).await.unwrap();
    let (short, long) = (lease("short"), lease("long"));
    for lease in [&short, &long, &lease("claimed")] {
        assert_eq!(store.claim(lease, HOUR).await.unwrap(), Claim::Fresh);
    }
    for (lease, ttl) in [(&short, HOUR), (&long, 3 * HOUR)] {
        let completed = store.complete(lease, ttl, Bytes::new()).await.unwrap();
        assert_eq!(completed, Settled::Applied);
    }
    let connection = Connection::open(directory.path().join("events.db")).unwrap();
    let mut statements = Statements::new(&connection);
    let mut rows = || {
        while upkeep(Clock::new(now.clone()))(&mut statements).unwrap() {}
        let sql = "select count(*) from countersign_claims";
        connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(rows(), 3);
    seconds.fetch_add(2 * 3600, Ordering::SeqCst);
    assert_eq!(rows(), 1);
    let done = Claim::Done { note: Bytes::new() };
    assert_eq!(store.claim(&lease("long"), HOUR).await.unwrap(), done);
}
