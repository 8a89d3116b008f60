//! The stores, maps and caches that are measured.

use std::{
    convert::Infallible,
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use clap::ValueEnum;
use countersign::idempotency::{Claim, IdempotencyKey, Lease, MemoryStore, Settled, Store};
use dashmap::DashMap;

use crate::figures::{Figures, fill};

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Subject {
    Ours,
    Flooded,
    Moka,
    QuickCache,
    DashMap,
}

impl Subject {
    pub(crate) const ALL: [Self; 5] =
        [Self::Ours, Self::Flooded, Self::Moka, Self::QuickCache, Self::DashMap];

    /// Returns the name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ours => "ours",
            Self::Flooded => "flooded",
            Self::Moka => "moka",
            Self::QuickCache => "quick-cache",
            Self::DashMap => "dash-map",
        }
    }

    /// Returns the name in tables.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Ours => "MemoryStore",
            Self::Flooded => "MemoryStore, with places for a tenth",
            Self::Moka => "moka, time to live",
            Self::QuickCache => "quick_cache, nothing runs out",
            Self::DashMap => "DashMap, nothing runs out, not bounded",
        }
    }

    /// Fills the subject in this process. All ids are known at the end, unless it is flooded.
    pub(crate) fn fill(self, ids: u64) -> Figures {
        match self {
            Self::Ours => fill(ids, ids, || MemoryStore::new().capacity(ids as usize)),
            Self::Flooded => fill(ids, ids / 10, || MemoryStore::new().capacity(ids as usize / 10)),
            Self::Moka => fill(ids, ids, || {
                moka::sync::Cache::<String, ()>::builder()
                    .max_capacity(2 * ids)
                    .time_to_live(DAY)
                    .build()
            }),
            Self::QuickCache => {
                fill(ids, ids, || quick_cache::sync::Cache::<String, ()>::new(2 * ids as usize))
            }
            Self::DashMap => fill(ids, ids, DashMap::<String, ()>::new),
        }
    }
}

/// A store, map or cache, with the methods of a store.
pub(crate) trait Remembers {
    type Key;
    /// The value that completes a claim.
    type Held;

    /// Makes a key from an id, as a handler has it.
    fn key(id: &str) -> Self::Key;

    /// Claims an id. Returns `None` if it is known.
    fn claim(&self, key: Self::Key) -> Option<Self::Held>;

    fn complete(&self, held: Self::Held);
}

impl Remembers for MemoryStore {
    type Key = Lease;
    type Held = Lease;

    fn key(id: &str) -> Lease {
        Lease::new(IdempotencyKey::builder("stripe").event_type(None).id(id))
    }

    fn claim(&self, lease: Lease) -> Option<Lease> {
        (at_once(Store::claim(self, &lease, MINUTE)).unwrap() == Claim::Fresh).then_some(lease)
    }

    fn complete(&self, lease: Lease) {
        let settled = at_once(Store::complete(self, &lease, DAY, Bytes::new()));
        assert_eq!(settled.unwrap(), Settled::Applied);
    }
}

impl Remembers for moka::sync::Cache<String, ()> {
    type Key = String;
    type Held = ();

    fn key(id: &str) -> String {
        id.to_owned()
    }

    fn claim(&self, id: String) -> Option<()> {
        self.entry(id).or_insert(()).is_fresh().then_some(())
    }

    fn complete(&self, (): ()) {}
}

impl Remembers for quick_cache::sync::Cache<String, ()> {
    type Key = String;
    type Held = ();

    fn key(id: &str) -> String {
        id.to_owned()
    }

    fn claim(&self, id: String) -> Option<()> {
        let mut is_fresh = false;
        let inserted = self.get_or_insert_with(&id, || {
            is_fresh = true;
            Ok::<_, Infallible>(())
        });
        inserted.unwrap();
        is_fresh.then_some(())
    }

    fn complete(&self, (): ()) {}
}

impl Remembers for DashMap<String, ()> {
    type Key = String;
    type Held = ();

    fn key(id: &str) -> String {
        id.to_owned()
    }

    fn claim(&self, id: String) -> Option<()> {
        self.insert(id, ()).is_none().then_some(())
    }

    fn complete(&self, (): ()) {}
}

/// Polls a future of the store once, because these futures never wait.
fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => unreachable!("the store waits for nothing"),
    }
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
