//! Tests with loom of the orders in which a few workers can take a shard's lock.

use std::{
    cell::Cell,
    ops::DerefMut,
    pin::pin,
    sync::PoisonError,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use bytes::Bytes;
use loom::{
    model::Builder,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use super::{
    super::{Claim, IdempotencyKey, Lease, Settled, Store},
    MemoryStore,
    lock::Lock,
};

#[test]
fn one_of_two_claims_and_completes() {
    explore(|| one_completes(2, Time::Stands));
}

#[test]
fn one_of_three_claims_and_completes() {
    explore_some(|| one_completes(3, Time::Stands));
}

#[test]
fn one_of_two_completes_while_a_lease_runs_out() {
    explore(|| one_completes(2, Time::Passes));
}

#[test]
fn one_of_three_completes_while_a_lease_runs_out() {
    explore_some(|| one_completes(3, Time::Passes));
}

#[test]
fn a_late_release_takes_nothing_from_another() {
    explore(|| {
        let world = World::new();
        let releasing = world.spawn(|store| {
            let one = lease();
            let is_fresh = at_once(store.claim(&one, LEASE)) == Claim::Fresh;
            is_fresh.then(|| at_once(store.release(&one)))
        });
        let completing = world.spawn(|store| work(store, 1));
        world.pass();

        let (released, completed) = (releasing.join().unwrap(), completing.join().unwrap());
        let is_done = matches!(world.look(), Claim::Done { .. });
        assert_eq!(is_done, completed == Some(Settled::Applied), "{released:?} {completed:?}");
    });
}

/// Shows that the other tests would find a claim that is not atomic.
#[test]
#[should_panic(expected = "claimed twice")]
fn a_claim_in_two_steps_is_found_out() {
    explore(|| {
        let event = Arc::new(Lock::new(false));
        let claim = |event: &Lock<bool>| {
            let is_free = event.with(|is_claimed| !*is_claimed);
            event.with(|is_claimed| *is_claimed = true);
            is_free
        };
        let other = {
            let event = Arc::clone(&event);
            thread::spawn(move || claim(&event))
        };
        let one = claim(&event);
        assert!(!(one && other.join().unwrap()), "claimed twice");
    });
}

/// Asserts that exactly one of several workers completes the event, and that its note is kept.
fn one_completes(workers: u8, time: Time) {
    let world = World::new();
    let working: Vec<_> =
        (0..workers).map(|worker| world.spawn(move |store| work(store, worker))).collect();
    if time == Time::Passes {
        world.pass();
    }
    let settled: Vec<_> = working.into_iter().map(|worker| worker.join().unwrap()).collect();
    let completed: Vec<_> =
        (0..workers).zip(&settled).filter(|(_, it)| **it == Some(Settled::Applied)).collect();
    assert_eq!(completed.len(), 1, "{settled:?}");
    if time == Time::Stands {
        assert!(!settled.contains(&Some(Settled::LeaseLost)), "{settled:?}");
    }
    let note = Bytes::copy_from_slice(&[completed[0].0]);
    assert_eq!(world.look(), Claim::Done { note }, "{settled:?}");
}

/// Claims the event, and completes it if the claim is fresh.
fn work(store: &MemoryStore, note: u8) -> Option<Settled> {
    let one = lease();
    match at_once(store.claim(&one, LEASE)) {
        Claim::Fresh => Some(at_once(store.complete(&one, 9 * LEASE, Bytes::from(vec![note])))),
        Claim::InProgress { retry_after } => {
            assert!(!retry_after.is_zero() && retry_after <= LEASE, "{retry_after:?}");
            None
        }
        Claim::Done { .. } => None,
    }
}

/// A store, and a clock that can advance by one lease.
struct World {
    store: Arc<MemoryStore>,
    is_later: Arc<AtomicBool>,
}

#[derive(Clone, Copy, PartialEq)]
enum Time {
    Stands,
    Passes,
}

impl World {
    fn new() -> Self {
        let (is_later, epoch) = (Arc::new(AtomicBool::new(false)), Instant::now());
        let clock = Arc::clone(&is_later);
        let now = move || if clock.load(Ordering::SeqCst) { epoch + LEASE } else { epoch };
        Self { store: Arc::new(MemoryStore::new().capacity(1).clock(now)), is_later }
    }

    fn spawn<R: 'static>(
        &self,
        act: impl FnOnce(&MemoryStore) -> R + 'static,
    ) -> thread::JoinHandle<R> {
        let store = Arc::clone(&self.store);
        thread::spawn(move || act(&store))
    }

    fn pass(&self) {
        self.is_later.store(true, Ordering::SeqCst);
    }

    fn look(&self) -> Claim {
        at_once(self.store.claim(&lease(), LEASE))
    }
}

fn lease() -> Lease {
    Lease::new(IdempotencyKey::builder("e").event_type(None).id("1"))
}

/// Polls a future of the store once, because these futures never wait.
fn at_once<T, E>(future: impl Future<Output = Result<T, E>>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(answer)) => answer,
        _ => panic!("it waited or failed"),
    }
}

const LEASE: Duration = Duration::from_secs(60);

/// Runs a test in every order of its threads. Locks that it makes are loom's.
fn explore(run: impl Fn() + Sync + Send + 'static) {
    explore_with(&Builder::new(), run);
}

/// Runs a test in every order with at most two preemptions, because all orders are too many.
fn explore_some(run: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(2);
    explore_with(&builder, run);
}

fn explore_with(builder: &Builder, run: impl Fn() + Sync + Send + 'static) {
    EXPLORES.set(true);
    // Other tests may run on this thread, even if this one fails.
    let _exploring = Exploring;
    builder.check(run);
}

struct Exploring;

impl Drop for Exploring {
    fn drop(&mut self) {
        EXPLORES.set(false);
    }
}

thread_local! {
    static EXPLORES: Cell<bool> = const { Cell::new(false) };
}

/// A mutex of the standard library, or of loom while loom explores.
pub(super) enum Mutex<T> {
    Std(std::sync::Mutex<T>),
    Loom(loom::sync::Mutex<T>),
}

type Guard<'a, T> = Box<dyn DerefMut<Target = T> + 'a>;

impl<T> Mutex<T> {
    pub(super) fn new(held: T) -> Self {
        if EXPLORES.get() {
            Self::Loom(loom::sync::Mutex::new(held))
        } else {
            Self::Std(std::sync::Mutex::new(held))
        }
    }

    pub(super) fn lock(&self) -> Result<Guard<'_, T>, PoisonError<Guard<'_, T>>> {
        match self {
            Self::Std(mutex) => Ok(Box::new(mutex.lock().unwrap())),
            Self::Loom(mutex) => Ok(Box::new(mutex.lock().unwrap())),
        }
    }
}
