//! The cache of looked-up secrets, and the lookups that are running.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use moka::{Expiry, sync::Cache};

use crate::{
    Scheme,
    error::LookupError,
    key::Keys,
    request::RequestHead,
    tenants::{
        Directory, SecretSource,
        directory::Looked,
        running::{Running, RunningLookup},
    },
};

/// A source, and the keys that were made from its secrets.
///
/// The cache and the table of running lookups change together, under one lock. A tenant is
/// forgotten in both. Its running lookup continues for the deliveries that already wait, but no
/// later delivery joins that lookup, and its answer is not cached. Lookups of other tenants are not
/// affected.
pub(super) struct Remembered<S> {
    source: S,
    scheme: &'static Scheme,
    capacity: u64,
    lifetime: Lifetime,
    of_nobody: Arc<Keys>,
    /// The cache is read without the lock, and written under it.
    cached: ArcSwap<Answers>,
    running: Mutex<Running>,
}

/// The keys of each tenant, or `None` for a tenant that does not exist.
type Answers = Cache<String, Option<Arc<Keys>>>;

/// Cached keys, or the running lookup of keys.
enum Found {
    Cached(Option<Arc<Keys>>),
    Running(Arc<RunningLookup>),
}

impl<S: SecretSource> Remembered<S> {
    pub(super) fn new(
        source: S,
        scheme: &'static Scheme,
        capacity: u64,
        lifetime: Lifetime,
    ) -> Self {
        Self {
            source,
            scheme,
            capacity,
            lifetime,
            of_nobody: Arc::new(Keys::of_nobody(scheme)),
            cached: ArcSwap::from_pointee(answers(capacity, lifetime)),
            running: Mutex::default(),
        }
    }

    async fn look_up(&self, tenant: &str) -> Result<Option<Arc<Keys>>, LookupError> {
        let secrets = self.source.secrets(tenant).await.map_err(LookupError::new)?;
        let keys = secrets.map(|secrets| Keys::new(&secrets, self.scheme)).transpose();
        keys.map(|keys| keys.map(Arc::new)).map_err(|error| LookupError::new(error.into()))
    }
}

impl<S> Remembered<S> {
    /// Finds the tenant's keys in the cache. Otherwise joins the tenant's running lookup, or begins
    /// one.
    fn find(&self, tenant: &str) -> Found {
        if let Some(keys) = self.cached.load().get(tenant) {
            return Found::Cached(keys);
        }
        let mut running = self.lock();
        // Another lookup may have filled the cache since the first check.
        match self.cached.load().get(tenant) {
            Some(keys) => Found::Cached(keys),
            None => Found::Running(running.join(tenant)),
        }
    }

    /// Ends a lookup, and caches its answer, unless it failed or its tenant was forgotten
    /// meanwhile.
    fn settle(
        &self,
        tenant: &str,
        lookup: &Arc<RunningLookup>,
        answer: &Result<Option<Arc<Keys>>, LookupError>,
    ) {
        let mut running = self.lock();
        if running.end(tenant, lookup)
            && let Ok(keys) = answer
        {
            self.cached.load().insert(tenant.to_owned(), keys.clone());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: SecretSource> Directory for Remembered<S> {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        self.source.tenant(request).filter(|name| name.len() <= MAX_NAME)
    }

    fn keys<'a>(&'a self, tenant: &'a str) -> Looked<'a, Option<Arc<Keys>>> {
        Box::pin(async move {
            let lookup = match self.find(tenant) {
                Found::Cached(keys) => return Ok(keys),
                Found::Running(lookup) => lookup,
            };
            let _waiting = Waiting { remembered: self, tenant, lookup: &lookup };
            // The first delivery makes the lookup, while the others wait for the lock. If the first
            // one is dropped, the next one makes the lookup.
            let mut answer = lookup.answer.lock().await;
            if let Some(answer) = &*answer {
                return answer.clone();
            }
            let looked_up = self.look_up(tenant).await;
            self.settle(tenant, &lookup, &looked_up);
            answer.insert(looked_up).clone()
        })
    }

    fn of_nobody(&self) -> &Arc<Keys> {
        &self.of_nobody
    }

    fn forget(&self, tenant: Option<&str>) {
        let mut running = self.lock();
        match tenant {
            Some(tenant) => {
                running.forget(tenant);
                self.cached.load().invalidate(tenant);
            }
            None => {
                *running = Running::default();
                // A new cache is empty at once. `invalidate_all` would compare times, keep entries
                // that were written in the same tick, and free the keys later.
                self.cached.store(Arc::new(answers(self.capacity, self.lifetime)));
            }
        }
    }
}

impl<S> fmt::Debug for Remembered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

/// A delivery that waits for a lookup. It leaves the lookup when it is dropped, with or without an
/// answer.
struct Waiting<'a, S> {
    remembered: &'a Remembered<S>,
    tenant: &'a str,
    lookup: &'a Arc<RunningLookup>,
}

impl<S> Drop for Waiting<'_, S> {
    fn drop(&mut self) {
        self.remembered.lock().leave(self.tenant, self.lookup);
    }
}

/// Time for which each kind of answer is cached.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifetime {
    pub(super) known: Duration,
    pub(super) unknown: Duration,
}

impl Lifetime {
    fn of(self, keys: Option<&Arc<Keys>>) -> Duration {
        if keys.is_some() { self.known } else { self.unknown }
    }
}

impl<K> Expiry<K, Option<Arc<Keys>>> for Lifetime {
    fn expire_after_create(&self, _: &K, keys: &Option<Arc<Keys>>, _: Instant) -> Option<Duration> {
        Some(self.of(keys.as_ref()))
    }

    /// An answer that replaces an expired one gets a new lifetime: by default, the cache would keep
    /// the lifetime of the former answer.
    fn expire_after_update(
        &self,
        _: &K,
        keys: &Option<Arc<Keys>>,
        _: Instant,
        _: Option<Duration>,
    ) -> Option<Duration> {
        Some(self.of(keys.as_ref()))
    }
}

fn answers(capacity: u64, lifetime: Lifetime) -> Answers {
    Cache::builder().max_capacity(capacity).expire_after(lifetime).build()
}

/// Longest name of a tenant, in bytes. Together with the capacity, this limit bounds the memory of
/// the cache.
const MAX_NAME: usize = 256;
