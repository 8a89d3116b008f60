//! From a key to the right to handle an event, and what becomes of it.

use std::{future::Future, time::Duration};

use bytes::Bytes;
use countersign_core::HeaderSource;
use tokio::time::{Instant, error::Elapsed, sleep, timeout};

use super::{
    Claim, Idempotency, IdempotencyKey, KeptAnswer, Lease, Settled, Store, StoreError,
    claim_key::ClaimKey,
    detached_task::DetachedTask,
    note::{BodyDigest, decode},
    settings::WhenStoreFails,
};
use crate::{
    Rejection,
    adapter::VerifiedDelivery,
    logs::{self, causes::Causes},
    surface::Reason,
};

/// An event that is yours to handle.
///
/// [`complete`](Self::complete) it once it is handled. Dropped before, with a handler that failed
/// or panicked, or a client that hung up, it is released, and the next delivery of it is handled.
#[derive(Debug)]
#[must_use = "an event that is not completed is handled again"]
pub struct ClaimGuard {
    pub(super) idempotency: Idempotency,
    /// `None` where there was nothing to claim by, and once it is settled.
    pub(super) lease: Option<Lease>,
    pub(super) stage: Stage,
    /// Digest that a kept answer belongs to; `None` if answers are not kept.
    pub(super) digest: Option<BodyDigest>,
}

/// How far an event is, which decides what becomes of it when it is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Whether it is claimed is not known.
    Claiming,
    /// It is claimed.
    Working,
    /// It was handled.
    #[cfg_attr(
        not(any(feature = "tower", feature = "actix-web")),
        expect(dead_code, reason = "noted by the middleware")
    )]
    Handled,
}

impl Idempotency {
    /// Claims the event that a delivery is of: for handlers without the middleware, in whatever
    /// framework.
    ///
    /// # Security
    ///
    /// Two verifiers with different secrets must not have one
    /// [name](crate::Verifier::endpoint): see the [module](crate::idempotency#security).
    ///
    /// # Errors
    ///
    /// A [`Rejection`], which is the answer: the event is done, or being worked on, or nothing can
    /// be known of it.
    pub fn claim<B, H>(
        &self,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
    ) -> impl Future<Output = Result<ClaimGuard, Rejection>> + Send + use<B, H>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        self.clone().admit(self.identify(delivery, headers))
    }

    /// Claims the event with this key, as [`claim`](Self::claim) does: for events that you name
    /// yourself, or whose delivery is no longer at hand.
    ///
    /// # Errors
    ///
    /// As [`claim`](Self::claim).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::idempotency::{Idempotency, IdempotencyKey, MemoryStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let idempotency = Idempotency::new(MemoryStore::new());
    /// let key = IdempotencyKey::builder("billing").event_type(Some("paid")).id("evt_1");
    ///
    /// let claimed = idempotency.claim_key(key.clone()).await?;
    /// // .. handle the event ..
    /// claimed.complete().await?;
    /// assert_eq!(idempotency.claim_key(key).await.unwrap_err().status(), 200);
    /// # Ok(())
    /// # }
    /// ```
    pub fn claim_key(
        &self,
        key: IdempotencyKey,
    ) -> impl Future<Output = Result<ClaimGuard, Rejection>> + Send + use<> {
        self.clone().admit(ClaimKey { key: Some(key), digest: None })
    }

    /// Claims the event of a delivery, or returns the reason not to handle it.
    pub(crate) async fn admit(self, claim_key: ClaimKey) -> Result<ClaimGuard, Rejection> {
        let ClaimKey { key, digest } = claim_key;
        let Some(key) = key else {
            return Ok(ClaimGuard {
                idempotency: self,
                lease: None,
                stage: Stage::Working,
                digest,
            });
        };
        // Perhaps claimed until the store says otherwise: whatever ends this early, it is given
        // back.
        let lease = Some(Lease::new(key));
        let mut claimed = ClaimGuard { idempotency: self, lease, stage: Stage::Claiming, digest };
        let reason = match claimed.claim().await {
            Ok(Claim::Fresh) => {
                claimed.stage = Stage::Working;
                return Ok(claimed);
            }
            Ok(Claim::InProgress { retry_after }) => {
                Reason::InProgress { retry_after, status: claimed.idempotency.in_progress }
            }
            Ok(Claim::Done { note }) => {
                Reason::Duplicate { answer: claimed.first_answer(&note).map(Box::new) }
            }
            Err(reason) => {
                if claimed.idempotency.when_store_fails == WhenStoreFails::Refuse {
                    return Err(Rejection::new(reason));
                }
                tracing::error!(
                    target: logs::IDEMPOTENCY,
                    claim = "store failed",
                    cause = reason.causes().map(tracing::field::display),
                    "a delivery is handled, be it a duplicate or not: {reason}",
                );
                claimed.stage = Stage::Working;
                return Ok(claimed);
            }
        };
        // Somebody else's.
        claimed.lease = None;
        Err(Rejection::new(reason))
    }
}

impl ClaimGuard {
    /// Marks the event as done.
    ///
    /// Whether or not somebody waits for it, it is tried until it succeeds or the lease runs out.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if the store has not done so within its deadline. The event was handled all
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
            DetachedTask::new(async move { idempotency.complete(&lease, note).await })
        });
        let deadline = self.idempotency.deadline;
        async move {
            match completing {
                Some(completing) => {
                    timeout(deadline, completing).await.unwrap_or_else(|late| {
                        // It goes on.
                        Err(StoreError::new(late))
                    })
                }
                None => Ok(Settled::Applied),
            }
        }
    }

    /// Lets the next delivery of the event be handled.
    ///
    /// Whether or not somebody waits for it, it is tried until it succeeds or the lease runs out.
    /// Dropping it does the same, in the background: a delivery that comes at once may find the
    /// event claimed still.
    pub fn release(mut self) -> impl Future<Output = ()> + Send + 'static {
        let releasing = self.lease.take().map(|lease| {
            let idempotency = self.idempotency.clone();
            DetachedTask::new(async move { idempotency.release(&lease).await })
        });
        let deadline = self.idempotency.deadline;
        async move {
            if let Some(releasing) = releasing {
                // What is not done by then is told, and goes on.
                let _ = timeout(deadline, releasing).await;
            }
        }
    }

    /// Reads the first answer, if it was given to the same bytes.
    fn first_answer(&self, note: &Bytes) -> Option<KeptAnswer> {
        let (digest, answer) = decode(note)?;
        if self.digest? == digest {
            return Some(answer);
        }
        let key = self.lease.as_ref().map(Lease::key)?;
        tracing::warn!(
            target: logs::IDEMPOTENCY,
            endpoint = key.endpoint(),
            key = key.as_str(),
            "a duplicate has other bytes than the event that was handled: the kept answer is not \
             repeated. Usually two senders share this endpoint's name (see Verifier::endpoint), or \
             the provider gives one id to several events (see Idempotency::id)",
        );
        None
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

impl Drop for ClaimGuard {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            let (idempotency, stage) = (self.idempotency.clone(), self.stage);
            drop(DetachedTask::new(async move {
                match stage {
                    Stage::Claiming => idempotency.give_back(&lease).await,
                    Stage::Working => idempotency.release(&lease).await,
                    Stage::Handled => drop(idempotency.complete(&lease, Bytes::new()).await),
                }
            }));
        }
    }
}

impl Idempotency {
    async fn complete(&self, lease: &Lease, note: Bytes) -> Result<Settled, StoreError> {
        let complete = || self.store.complete(lease, self.ttl, note.clone());
        let settled = self.insist("completed", lease, complete).await;
        let key = lease.key().as_str();
        match &settled {
            Ok(Settled::Applied) => {}
            Ok(Settled::LeaseLost) => {
                tracing::warn!(target: logs::IDEMPOTENCY, key, "an event was handled after its lease ran out");
            }
            Err(_) => {
                tracing::error!(target: logs::IDEMPOTENCY, key, "a duplicate of an event will be handled");
            }
        }
        settled
    }

    async fn release(&self, lease: &Lease) {
        let release = || self.store.release(lease);
        // Somebody else's is released as far as we are concerned, and so is what ran out.
        let _ = self.insist("released", lease, release).await;
    }

    /// Releases what may be claimed, and may be only after it was released: a store that is slow
    /// can do the one after the other. Not for long, because whoever fails is asked by many.
    async fn give_back(&self, lease: &Lease) {
        for pause in GIVE_BACK {
            sleep(pause).await;
            match timeout(self.deadline, self.store.release(lease)).await {
                Ok(Ok(Settled::Applied | Settled::LeaseLost)) => {}
                Ok(Err(_)) | Err(Elapsed { .. }) => {
                    let key = lease.key().as_str();
                    tracing::debug!(target: logs::IDEMPOTENCY, key, "an event was perhaps not released");
                }
            }
        }
    }

    /// Asks the store until it answers, or the lease has run out.
    async fn insist<F>(
        &self,
        what: &str,
        lease: &Lease,
        ask: impl Fn() -> F,
    ) -> Result<Settled, StoreError>
    where
        F: Future<Output = Result<Settled, StoreError>>,
    {
        let end = Instant::now().checked_add(self.lease);
        let mut pause = PAUSE;
        loop {
            let error = match timeout(self.deadline, ask()).await {
                Ok(Ok(settled)) => return Ok(settled),
                Ok(Err(error)) => error,
                Err(late) => StoreError::new(late),
            };
            tell(what, lease, &error);
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            if left == Some(Duration::ZERO) {
                return Err(error);
            }
            // The last attempt is when the lease ends.
            sleep(left.map_or(pause, |left| left.min(pause))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn tell(what: &str, lease: &Lease, error: &StoreError) {
    let (key, cause) = (lease.key().as_str(), Causes::of(error).map(tracing::field::display));
    tracing::error!(target: logs::IDEMPOTENCY, key, cause, "an event was not {what} yet: the store failed");
}

/// After the first attempt to tell the store; twice as long after each further one.
const PAUSE: Duration = Duration::from_millis(250);

const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Before each attempt to give back what may be claimed.
const GIVE_BACK: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(8)];
