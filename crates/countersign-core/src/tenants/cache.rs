//! Keys that were looked up, remembered for a while.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use moka::{Expiry, future::Cache};

use crate::{
    LookupError, RequestHead, Scheme, SecretSource,
    key::Keys,
    tenants::{Directory, directory::Looked},
};

/// A [`SecretSource`] and how long what it tells is remembered.
///
/// Secrets are kept as keys that are ready to judge with. Deliveries of one tenant that come in at
/// once wait for one lookup.
///
/// # Security
///
/// - A secret that was changed or revoked in the source stays in force until what is remembered of
///   it runs out, or [`Verifier::forget_tenant`](crate::Verifier::forget_tenant) is called.
/// - That there is no such tenant is remembered, too, and for longer names than 256 bytes it is
///   known without a lookup: who makes names up costs the source one lookup for each, and cannot
///   fill the memory.
/// - A refusal hashes as much for a tenant that is not there as for one that is. Whether a name had
///   to be looked up can be told by the time, though, and from that whether deliveries for it came
///   in of late: where the names of tenants are to be hidden, make them impossible to guess.
#[derive(Debug)]
#[must_use]
pub struct Tenants<S> {
    source: S,
    capacity: u64,
    lifetime: Lifetime,
}

impl<S: SecretSource> Tenants<S> {
    /// Remembers 10,000 tenants, for 60 s each; that there is no such tenant, for 10 s.
    pub fn new(source: S) -> Self {
        let lifetime =
            Lifetime { known: Duration::from_secs(60), unknown: Duration::from_secs(10) };
        Self { source, capacity: 10_000, lifetime }
    }

    /// Remembers this many tenants, those that are not there among them.
    pub fn capacity(self, tenants: u64) -> Self {
        Self { capacity: tenants, ..self }
    }

    /// Remembers a tenant's secrets for this long.
    pub fn time_to_live(self, time: Duration) -> Self {
        Self { lifetime: Lifetime { known: time, ..self.lifetime }, ..self }
    }

    /// Remembers for this long that there is no such tenant.
    pub fn unknown_time_to_live(self, time: Duration) -> Self {
        Self { lifetime: Lifetime { unknown: time, ..self.lifetime }, ..self }
    }

    pub(crate) fn directory(self, scheme: &'static Scheme) -> Arc<dyn Directory> {
        let keys = Cache::builder().max_capacity(self.capacity).expire_after(self.lifetime).build();
        Arc::new(Remembered { source: self.source, scheme, keys, forgettings: AtomicU64::new(0) })
    }
}

/// A source, and what it told of late.
struct Remembered<S> {
    source: S,
    scheme: &'static Scheme,
    keys: Cache<String, Option<Arc<Keys>>>,
    /// How often something was forgotten.
    forgettings: AtomicU64,
}

impl<S: SecretSource> Remembered<S> {
    async fn look_up(&self, tenant: &str) -> Result<Option<Arc<Keys>>, LookupError> {
        let secrets = self.source.secrets(tenant).await.map_err(LookupError::new)?;
        let keys = secrets.map(|secrets| Keys::new(&secrets, self.scheme)).transpose();
        keys.map(|keys| keys.map(Arc::new)).map_err(|error| LookupError::new(error.into()))
    }
}

impl<S: SecretSource> Directory for Remembered<S> {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        self.source.tenant(request).filter(|name| name.len() <= MAX_NAME)
    }

    fn keys<'a>(&'a self, tenant: &'a str) -> Looked<'a, Option<Arc<Keys>>> {
        Box::pin(async move {
            loop {
                let forgettings = self.forgettings.load(Ordering::SeqCst);
                let keys = self.keys.try_get_with_by_ref(tenant, self.look_up(tenant)).await;
                if forgettings == self.forgettings.load(Ordering::SeqCst) {
                    return keys.map_err(|error| LookupError::clone(&error));
                }
                // What came may be from before it was to be forgotten.
                self.keys.invalidate(tenant).await;
            }
        })
    }

    fn forget<'a>(
        &'a self,
        tenant: Option<&'a str>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async move {
            self.forgettings.fetch_add(1, Ordering::SeqCst);
            match tenant {
                Some(tenant) => self.keys.invalidate(tenant).await,
                None => self.keys.invalidate_all(),
            }
        })
    }
}

/// How long each kind of answer is remembered.
#[derive(Clone, Copy, Debug)]
struct Lifetime {
    known: Duration,
    unknown: Duration,
}

impl<K> Expiry<K, Option<Arc<Keys>>> for Lifetime {
    fn expire_after_create(&self, _: &K, keys: &Option<Arc<Keys>>, _: Instant) -> Option<Duration> {
        Some(if keys.is_some() { self.known } else { self.unknown })
    }
}

impl<S> fmt::Debug for Remembered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remembered").finish_non_exhaustive()
    }
}

/// Bytes of a tenant's name: what is remembered is bounded in bytes, too.
const MAX_NAME: usize = 256;
