//! Tests of the whole store, with a clock that the test sets.

use std::{
    error::Error as _,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    super::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError},
    MemoryStore,
};

const LEASE: Duration = Duration::from_secs(60);
const TTL: Duration = Duration::from_secs(3600);

fn lease(id: impl ToString + Copy) -> Lease {
    Lease::new(IdempotencyKey::builder("e").event_type(None).id(&id.to_string()))
}

/// Makes a store for this many events, and a function that lets its time pass.
fn store(capacity: usize) -> (MemoryStore, impl Fn(Duration)) {
    let now = Arc::new(Mutex::new(Instant::now()));
    let clock = Arc::clone(&now);
    let store = MemoryStore::new().capacity(capacity).clock(move || *clock.lock().unwrap());
    (store, move |duration| *now.lock().unwrap() += duration)
}

async fn handle(store: &MemoryStore, id: impl ToString + Copy, note: &[u8]) {
    let one = lease(id);
    assert_eq!(store.claim(&one, LEASE).await.unwrap(), Claim::Fresh);
    let note = Bytes::copy_from_slice(note);
    assert_eq!(store.complete(&one, TTL, note).await.unwrap(), Settled::Applied);
}

async fn is_done(store: &MemoryStore, id: impl ToString + Copy) -> bool {
    matches!(store.claim(&lease(id), Duration::ZERO).await.unwrap(), Claim::Done { .. })
}

fn full(result: Result<impl Sized, StoreError>) -> String {
    result.err().and_then(|error| error.source().map(ToString::to_string)).unwrap()
}

#[tokio::test]
async fn forgets_what_was_done_first_when_it_is_full() {
    let (store, pass) = store(3);
    for id in 1..=5 {
        handle(&store, id, b"").await;
        pass(LEASE);
    }
    for id in [3, 4, 5] {
        assert!(is_done(&store, id).await, "{id}");
    }
    assert!(!is_done(&store, 1).await);
    assert!(!is_done(&store, 2).await);
}

#[tokio::test]
async fn keeps_claims_while_a_flood_of_others_passes() {
    let (store, _) = store(100);
    let working: Vec<_> = (0..10).map(lease).collect();
    for one in &working {
        assert_eq!(store.claim(one, LEASE).await.unwrap(), Claim::Fresh);
    }
    for id in 10..10_000 {
        handle(&store, id, b"note").await;
    }
    for one in &working {
        let other = Lease::new(one.key().clone());
        assert!(matches!(store.claim(&other, LEASE).await.unwrap(), Claim::InProgress { .. }));
        assert_eq!(store.complete(one, TTL, Bytes::new()).await.unwrap(), Settled::Applied);
    }
}

#[tokio::test]
async fn rejects_claims_when_claims_take_every_place() {
    let (store, pass) = store(3);
    let working: Vec<_> = (1..=3).map(lease).collect();
    for one in &working {
        assert_eq!(store.claim(one, LEASE).await.unwrap(), Claim::Fresh);
    }
    let refused = full(store.claim(&lease(4), LEASE).await);
    assert_eq!(refused, "every place is taken by an event in progress");
    // A worker that holds a claim can still repeat and complete it.
    assert_eq!(store.claim(&working[0], LEASE).await.unwrap(), Claim::Fresh);
    assert_eq!(store.complete(&working[0], TTL, Bytes::new()).await.unwrap(), Settled::Applied);
    // A completed event makes room.
    assert_eq!(store.claim(&lease(4), LEASE).await.unwrap(), Claim::Fresh);
    assert!(store.claim(&lease(5), LEASE).await.is_err());
    // An expired lease makes room as well.
    pass(LEASE);
    assert_eq!(store.claim(&lease(5), LEASE).await.unwrap(), Claim::Fresh);
}

#[tokio::test]
async fn work_that_ends_late_in_a_full_store_fails_instead_of_pushing_out_a_claim() {
    let (store, pass) = store(1);
    let late = lease("late");
    assert_eq!(store.claim(&late, LEASE).await.unwrap(), Claim::Fresh);
    pass(LEASE);
    assert_eq!(store.claim(&lease("other"), LEASE).await.unwrap(), Claim::Fresh);
    let refused = full(store.complete(&late, TTL, Bytes::new()).await);
    assert_eq!(refused, "every place is taken by an event in progress");
}

#[tokio::test]
async fn knows_as_many_as_its_capacity_however_they_are_spread() {
    let (store, _) = store(40_000);
    for id in 0..40_000 {
        handle(&store, id, b"").await;
    }
    for id in 0..40_000 {
        assert!(is_done(&store, id).await, "{id}");
    }
}

#[tokio::test]
async fn keeps_notes_of_the_newest_events() {
    // A note of 100 bytes takes 212.
    let (store, pass) = store(1000);
    let store = store.note_space(1000);
    for id in 0..100 {
        handle(&store, id, &[id; 100]).await;
        pass(Duration::from_secs(1));
    }
    for id in 0..100 {
        let note = if id < 96 { Bytes::new() } else { Bytes::from(vec![id; 100]) };
        assert_eq!(store.claim(&lease(id), LEASE).await.unwrap(), Claim::Done { note }, "{id}");
    }
    // A note that does not fit pushes out no other.
    handle(&store, "long", &[0; 1000]).await;
    let none = Claim::Done { note: Bytes::new() };
    assert_eq!(store.claim(&lease("long"), LEASE).await.unwrap(), none);
    assert_ne!(store.claim(&lease(99), LEASE).await.unwrap(), none);
}

#[tokio::test]
async fn gives_back_the_place_of_an_event_that_is_forgotten() {
    // Each event and its note fill the store.
    let (store, _) = store(1);
    let store = store.note_space(300);
    for id in 0..100 {
        handle(&store, id, &[id; 100]).await;
        assert!(is_done(&store, id).await, "{id}");
        assert!(store.forget(lease(id).key()).await.unwrap(), "{id}");
        assert!(!store.forget(lease(id).key()).await.unwrap(), "{id}");
        let next = lease(id);
        assert_eq!(store.claim(&next, LEASE).await.unwrap(), Claim::Fresh, "{id}");
        // A claim is not forgotten, and its work can be completed.
        assert!(!store.forget(next.key()).await.unwrap(), "{id}");
        assert_eq!(
            store.complete(&next, TTL, Bytes::new()).await.unwrap(),
            Settled::Applied,
            "{id}"
        );
        let note = Bytes::new();
        assert_eq!(store.claim(&lease(id), LEASE).await.unwrap(), Claim::Done { note }, "{id}");
        assert!(store.forget(lease(id).key()).await.unwrap(), "{id}");
    }
}

#[tokio::test]
async fn keeps_a_note_without_what_it_was_cut_from() {
    let (store, _) = store(10);
    let body = Bytes::from(vec![b'x'; 1000]);
    let one = lease(1);
    assert_eq!(store.claim(&one, LEASE).await.unwrap(), Claim::Fresh);
    assert_eq!(store.complete(&one, TTL, body.slice(..10)).await.unwrap(), Settled::Applied);
    assert!(body.is_unique());
}

#[tokio::test]
async fn knows_what_was_done_again_when_the_first_time_is_forgotten() {
    let (store, pass) = store(3);
    handle(&store, "again", b"one").await;
    pass(TTL - LEASE);
    handle(&store, "other", b"").await;
    pass(LEASE);
    handle(&store, "again", b"two").await;
    // The fourth event pushes out "other", and not "again".
    handle(&store, "third", b"").await;
    handle(&store, "fourth", b"").await;
    let note = Bytes::from("two");
    assert_eq!(store.claim(&lease("again"), LEASE).await.unwrap(), Claim::Done { note });
}

#[tokio::test]
async fn counts_an_earlier_time_as_its_first() {
    let now = Arc::new(Mutex::new(Instant::now()));
    let clock = Arc::clone(&now);
    let store = MemoryStore::new().clock(move || *clock.lock().unwrap());
    *now.lock().unwrap() -= LEASE;
    let retry_after = LEASE;
    assert_eq!(store.claim(&lease(1), LEASE).await.unwrap(), Claim::Fresh);
    let told = store.claim(&lease(1), LEASE).await.unwrap();
    assert_eq!(told, Claim::InProgress { retry_after });
}

/// 64 tasks claim the same 10,000 events and complete them: each is handled once.
#[tokio::test(flavor = "multi_thread")]
async fn handles_each_event_once_among_many_tasks() {
    let store = Arc::new(MemoryStore::new());
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let mut handled = 0;
            for id in 0..10_000 {
                let one = lease(id);
                if store.claim(&one, LEASE).await.unwrap() == Claim::Fresh {
                    assert_eq!(
                        store.complete(&one, TTL, Bytes::new()).await.unwrap(),
                        Settled::Applied
                    );
                    handled += 1;
                }
            }
            handled
        });
    }
    assert_eq!(tasks.join_all().await.iter().sum::<i32>(), 10_000);
}

#[cfg(feature = "conformance")]
mod conformance {
    use super::{super::super::conformance, *};

    #[tokio::test(flavor = "multi_thread")]
    async fn holds_to_the_rules_of_a_store() {
        conformance::check(|| async { MemoryStore::new() }).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn holds_to_the_rules_of_a_store_while_its_clock_is_set() {
        let now = Arc::new(Mutex::new(Instant::now()));
        let clock = Arc::clone(&now);
        let make = || async {
            let clock = Arc::clone(&clock);
            MemoryStore::new().capacity(1024).clock(move || *clock.lock().unwrap())
        };
        let pass = move |duration| *now.lock().unwrap() += duration;
        conformance::check_with_clock(make, pass).await;
    }
}
