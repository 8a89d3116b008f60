//! The contract of a store that keeps claims.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{IdempotencyKey, Lease, StoreError};

/// Remembers which events are in progress and which are done.
///
/// An event is free, claimed by one lease, or done:
///
/// ```text
///             claim                complete
///   free --------------> claimed --------------> done
///    ^                   |     |                   |
///    |      release      |     |                   |
///    +-------------------+     |                   |
///    |     the lease runs out  |                   |
///    +-------------------------+                   |
///    |          the ttl runs out, or forget        |
///    +---------------------------------------------+
/// ```
///
/// Every store must pass the suite of the feature `conformance`, which tests this contract. Times
/// are measured by the store's own clock (a server's clock, or a monotonic one), so that the
/// workers' clocks do not matter.
pub trait Store: Send + Sync + 'static {
    /// Claims the lease's event for `length`, in one atomic step: if several workers claim a free
    /// event at once, one of them gets [`Claim::Fresh`].
    ///
    /// A lease that already holds the event gets `Fresh` again, and holds it for `length` from then
    /// on, so that a claim whose answer was lost can be repeated.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store is out of reach. The event may have been claimed:
    /// perhaps only the answer was lost.
    fn claim(
        &self,
        lease: &Lease,
        length: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Marks the event as done for `ttl`, and keeps a note with it.
    ///
    /// If the lease ran out and no other worker has claimed the event since, the event also becomes
    /// done, because it was handled.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store is out of reach.
    fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Makes the event free again, and returns [`Settled::Applied`]. If the lease ran out, the
    /// event is free already, and the result is the same. An event that is done, or that another
    /// lease holds, is not changed, and the result is [`Settled::LeaseLost`].
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store is out of reach. The event is free once its lease runs
    /// out.
    fn release(&self, lease: &Lease) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Makes a completed event free again, so that its next delivery is handled. Returns true if
    /// the event was done.
    ///
    /// Returns false, and changes nothing, if the event is free, or if a lease that has not run out
    /// holds it: a worker is handling the event, and a second worker must not do so at the same
    /// time.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store is out of reach. The event may be forgotten anyway: a
    /// second call then returns false.
    fn forget(&self, key: &IdempotencyKey)
    -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// Result of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The lease holds the event until it runs out.
    Fresh,
    /// Another lease holds the event.
    InProgress {
        /// Time until the other lease runs out.
        retry_after: Duration,
    },
    /// The event is done.
    Done {
        /// The note that was kept with the event; empty if there is none.
        note: Bytes,
    },
}

/// Result of completing or releasing an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "LeaseLost means that an event may have been handled twice"]
pub enum Settled {
    /// The event is done or free, as requested.
    Applied,
    /// Nothing was changed, because the event is done or another lease holds it.
    LeaseLost,
}

impl<S: Store> Store for Arc<S> {
    fn claim(
        &self,
        lease: &Lease,
        length: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send {
        S::claim(self, lease, length)
    }

    fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::complete(self, lease, ttl, note)
    }

    fn release(&self, lease: &Lease) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::release(self, lease)
    }

    fn forget(
        &self,
        key: &IdempotencyKey,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send {
        S::forget(self, key)
    }
}
