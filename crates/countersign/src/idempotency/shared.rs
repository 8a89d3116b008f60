//! Stores of all types, behind one type.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError};

/// A [`Store`] of any type, behind one type. Clones share the store.
#[derive(Clone)]
pub struct SharedStore(Arc<dyn ErasedStore>);

impl SharedStore {
    /// Shares a store.
    #[must_use]
    pub fn new(store: impl Store) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedStore").finish_non_exhaustive()
    }
}

impl Store for SharedStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        self.0.claim(lease, length).await
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        self.0.complete(lease, ttl, note).await
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        self.0.release(lease).await
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        self.0.forget(key).await
    }
}

/// The methods of a [`Store`] with boxed futures, because a trait object cannot return each store's
/// own future types.
trait ErasedStore: Send + Sync {
    fn claim<'a>(&'a self, lease: &'a Lease, length: Duration) -> Answer<'a, Claim>;
    fn complete<'a>(&'a self, lease: &'a Lease, ttl: Duration, note: Bytes) -> Answer<'a, Settled>;
    fn release<'a>(&'a self, lease: &'a Lease) -> Answer<'a, Settled>;
    fn forget<'a>(&'a self, key: &'a IdempotencyKey) -> Answer<'a, bool>;
}

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

impl<S: Store> ErasedStore for S {
    fn claim<'a>(&'a self, lease: &'a Lease, length: Duration) -> Answer<'a, Claim> {
        Box::pin(Store::claim(self, lease, length))
    }

    fn complete<'a>(&'a self, lease: &'a Lease, ttl: Duration, note: Bytes) -> Answer<'a, Settled> {
        Box::pin(Store::complete(self, lease, ttl, note))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> Answer<'a, Settled> {
        Box::pin(Store::release(self, lease))
    }

    fn forget<'a>(&'a self, key: &'a IdempotencyKey) -> Answer<'a, bool> {
        Box::pin(Store::forget(self, key))
    }
}
