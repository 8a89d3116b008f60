//! From a key to the right to handle an event, and what becomes of it.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use countersign_core::{HeaderSource, Provider};
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

use super::{
    Claim, Idempotency, IdempotencyKey, KeptAnswer, Lease, Reason, Rejection, Settled, Store,
    StoreError, lasting::Lasting, settings::WhenStoreFails,
};
use crate::Verified;

/// An event that is yours to handle.
///
/// [`complete`](Self::complete) it once it is handled. Dropped before, with a handler that failed
/// or panicked, or a client that hung up, it is released, and the next delivery of it is handled.
#[derive(Debug)]
#[must_use = "an event that is not completed is handled again"]
pub struct Claimed {
    pub(super) idempotency: Idempotency,
    /// `None` where there was nothing to claim by, and once it is settled.
    pub(super) lease: Option<Lease>,
    /// So that it is completed if it is dropped.
    pub(super) was_handled: bool,
}

impl Idempotency {
    /// Claims the event that a delivery is of: for handlers without the middleware, in whatever
    /// framework.
    ///
    /// # Errors
    ///
    /// A [`Rejection`], which is the answer: the event is done, or being worked on, or nothing can
    /// be known of it.
    pub fn claim<P, H>(
        &self,
        verified: &Verified<P>,
        headers: &H,
    ) -> impl Future<Output = Result<Claimed, Rejection>> + Send + use<P, H>
    where
        P: Provider,
        H: HeaderSource + ?Sized,
    {
        self.clone().admit(self.key(verified, headers))
    }

    /// Claims an event by its key, or tells why it is not to be handled.
    pub(crate) async fn admit(self, key: Option<IdempotencyKey>) -> Result<Claimed, Rejection> {
        let Some(key) = key else {
            return Ok(Claimed { idempotency: self, lease: None, was_handled: false });
        };
        // Claimed until the store says otherwise: whatever ends this early, it is released.
        let lease = Some(Lease::new(key));
        let mut claimed = Claimed { idempotency: self, lease, was_handled: false };
        let reason = match claimed.claim().await {
            Ok(Claim::Fresh) => return Ok(claimed),
            Ok(Claim::InProgress { retry_after }) => Reason::InProgress { retry_after },
            Ok(Claim::Done { note }) => Reason::Done { answer: KeptAnswer::read(&note) },
            Err(reason) => {
                if claimed.idempotency.when_store_fails == WhenStoreFails::Refuse {
                    return Err(Rejection::new(reason));
                }
                tracing::error!(
                    target: TARGET,
                    claim = "store failed",
                    cause = reason.cause().map(tracing::field::display),
                    "a delivery is handled, be it a duplicate or not: {reason}",
                );
                return Ok(claimed);
            }
        };
        // Somebody else's.
        claimed.lease = None;
        Err(Rejection::new(reason))
    }
}

impl Claimed {
    /// Marks the event as done.
    ///
    /// Whether or not somebody waits for it, it is tried until it succeeds or the lease runs out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store has not answered within its deadline. The event was handled all
    /// the same: answer 2xx, for who is asked to send it again will.
    pub fn complete(self) -> impl Future<Output = Result<Settled, StoreError>> + Send + 'static {
        self.complete_with(Bytes::new())
    }

    /// Whether duplicates of it are told apart: not so for a delivery without an id.
    #[must_use]
    pub fn has_key(&self) -> bool {
        self.lease.is_some()
    }

    pub(super) fn complete_with(
        mut self,
        note: Bytes,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send + 'static {
        let completing = self.lease.take().map(|lease| {
            let idempotency = self.idempotency.clone();
            Lasting::new(async move { idempotency.complete(&lease, note).await })
        });
        let deadline = self.idempotency.deadline;
        async move {
            match completing {
                Some(completing) => timeout(deadline, completing).await.map_err(StoreError::new),
                None => Ok(Settled::Yes),
            }
        }
    }

    /// Lets the next delivery of the event be handled.
    ///
    /// Dropping it does the same, in the background: a delivery that comes at once may find the
    /// event claimed still. What goes wrong is logged; the event is then free after its lease.
    pub async fn release(mut self) {
        if let Some(lease) = &self.lease {
            self.idempotency.release(lease).await;
        }
        self.lease = None;
    }

    async fn claim(&self) -> Result<Claim, Reason> {
        let Idempotency { store, lease: length, deadline, .. } = &self.idempotency;
        let Some(lease) = &self.lease else { return Ok(Claim::Fresh) };
        match timeout(*deadline, store.claim(lease, *length)).await {
            Ok(claim) => claim.map_err(Reason::Store),
            Err(Elapsed { .. }) => Err(Reason::StoreDeadline),
        }
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            let (idempotency, was_handled) = (self.idempotency.clone(), self.was_handled);
            drop(Lasting::new(async move {
                if was_handled {
                    let _ = idempotency.complete(&lease, Bytes::new()).await;
                } else {
                    idempotency.release(&lease).await;
                }
            }));
        }
    }
}

impl Idempotency {
    /// Completes, and does not give up while the event is claimed.
    async fn complete(&self, lease: &Lease, note: Bytes) -> Settled {
        let end = Instant::now().checked_add(self.lease);
        loop {
            match timeout(self.deadline, self.store.complete(lease, self.ttl, note.clone())).await {
                Ok(Ok(settled)) => {
                    if settled == Settled::Lost {
                        let key = lease.key().as_str();
                        tracing::warn!(target: TARGET, key, "handled after the lease ran out");
                    }
                    return settled;
                }
                Ok(Err(error)) => tell("completed", lease, Some(&error)),
                Err(Elapsed { .. }) => tell("completed", lease, None),
            }
            if end.is_some_and(|end| Instant::now() + PAUSE >= end) {
                return Settled::Lost;
            }
            sleep(PAUSE).await;
        }
    }

    async fn release(&self, lease: &Lease) {
        match timeout(self.deadline, self.store.release(lease)).await {
            Ok(Ok(Settled::Yes | Settled::Lost)) => {}
            Ok(Err(error)) => tell("released", lease, Some(&error)),
            Err(Elapsed { .. }) => tell("released", lease, None),
        }
    }
}

fn tell(what: &str, lease: &Lease, error: Option<&StoreError>) {
    let cause = error.and_then(std::error::Error::source).map(tracing::field::display);
    let key = lease.key().as_str();
    tracing::error!(target: TARGET, key, cause, "an event was not {what}: the store failed");
}

pub(super) const TARGET: &str = "countersign::idempotency";

/// Between two attempts to complete.
const PAUSE: Duration = Duration::from_secs(1);
