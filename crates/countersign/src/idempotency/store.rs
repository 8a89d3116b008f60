//! Where claims are kept.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::Bytes;

use super::{IdempotencyKey, Lease, StoreError};

/// Remembers which events are being worked on, and which are done.
///
/// An event is free, claimed by one lease, or done.
///
/// ```text
///          claim                    complete
///   free ---------> claimed by one ----------> done
///    ^                |      |                   |
///    |     release    |      |                   |
///    +----------------+      |                   |
///    |   the lease runs out  |  ttl runs out     |
///    +-----------------------+-------------------+
///                forget makes a done event free, too
/// ```
///
/// Any store must pass the suite of the feature `conformance`, which is the contract in tests.
/// Times are measured by the store's own clock (a server's, or one that never jumps), so that
/// clocks of workers do not matter.
pub trait Store: Send + Sync + 'static {
    /// Claims the lease's event for as long as `length`, in one atomic step: of any number that
    /// claim at once, one is told [`Claim::Fresh`].
    ///
    /// To claim again with the same lease is to be told `Fresh` again, for `length` from then on,
    /// so that a claim whose answer was lost can be repeated.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store is out of reach. Nothing is known then: the event may be
    /// claimed.
    fn claim(
        &self,
        lease: &Lease,
        length: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Marks the event as done for as long as `ttl`, and keeps a note with it.
    ///
    /// An event whose lease ran out, and which nobody has claimed since, becomes done all the
    /// same: it was worked on.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store is out of reach.
    fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Makes the event free again. One that is done stays so, and the answer is
    /// [`Settled::LeaseLost`]; one whose lease ran out is free already, and it is
    /// [`Settled::Applied`].
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store is out of reach. The event is free once its lease runs out.
    fn release(&self, lease: &Lease) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Makes an event that is done free again, so that its next delivery is handled. Returns true
    /// if it was done.
    ///
    /// Returns false, and changes nothing, if the event is free or is claimed by a lease that has
    /// not run out: somebody works on it, and it must not be handled twice at once.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store is out of reach. The event may be forgotten all the same: a
    /// second call then returns false.
    fn forget(&self, key: &IdempotencyKey)
    -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// What came of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The event is yours until the lease runs out.
    Fresh,
    /// Somebody else works on it.
    InProgress {
        /// When the other's lease will have run out.
        retry_after: Duration,
    },
    /// It is done.
    Done {
        /// What was kept with it; empty if nothing was.
        note: Bytes,
    },
}

/// What came of completing or releasing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "a lease that was lost tells that an event may have been handled twice"]
pub enum Settled {
    /// It is as asked for.
    Applied,
    /// The lease had run out, and the event is somebody else's or done: nothing was changed.
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
