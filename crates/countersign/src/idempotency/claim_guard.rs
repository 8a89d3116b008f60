//! The claim to an event: taken by the event's key, then completed or released.

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
    observe::{self, ClaimOutcome},
    surface::Reason,
};

/// The claim to an event. Until its lease runs out, no other delivery of the event is handled.
///
/// Call [`complete`](Self::complete) once the event is handled. If the guard is dropped earlier,
/// because the handler failed or panicked, or because the client hung up, it releases the event,
/// and the next delivery of the event is handled.
#[derive(Debug)]
#[must_use = "an event that is not completed is handled again"]
pub struct ClaimGuard {
    pub(super) idempotency: Idempotency,
    /// `None` if the delivery has no key, and once the event is completed or released.
    pub(super) lease: Option<Lease>,
    pub(super) stage: Stage,
    /// Digest of the signed bytes to which a kept answer belongs. `None` if answers are not kept.
    pub(super) digest: Option<BodyDigest>,
}

/// Progress of an event, which decides whether dropping the guard completes or releases it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// The store has not answered: the event may be claimed.
    Claiming,
    /// The event is claimed.
    Working,
    /// The event was handled.
    #[cfg_attr(
        not(any(feature = "tower", feature = "actix-web")),
        expect(dead_code, reason = "noted by the middleware")
    )]
    Handled,
}

impl Idempotency {
    /// Claims the event of a delivery, for handlers that are not behind `IdempotencyLayer`
    /// or `IdempotencyMiddleware`, in any framework.
    ///
    /// `headers` are the headers of the request. They are needed only if [`id`](Self::id) names an
    /// unsigned header.
    ///
    /// # Security
    ///
    /// Two verifiers with different secrets must not share a [name](crate::Verifier::endpoint): see
    /// the [module](crate::idempotency#security).
    ///
    /// # Errors
    ///
    /// Returns a [`Rejection`], which is the answer, with
    /// - 200, or the status of the kept answer, and `Idempotent-Replayed: true` if the event was
    ///   handled before;
    /// - 503 and `Retry-After` if the event is being handled for another delivery, unless
    ///   [`in_progress_status`](Self::in_progress_status) sets another status;
    /// - 503 and `Retry-After: 5` (seconds) if the store fails, or does not answer within its
    ///   [deadline](Self::store_deadline), unless
    ///   [`risk_duplicates_when_store_fails`](Self::risk_duplicates_when_store_fails) is set.
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

    /// Claims the event with this key, as [`claim`](Self::claim) does, for keys of your own, and
    /// for events whose delivery is no longer available.
    ///
    /// # Errors
    ///
    /// Returns the same rejections as [`claim`](Self::claim).
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
        // The event may be claimed as soon as the call begins: if this future is dropped before the
        // store answers, dropping the guard releases the event.
        let lease = Some(Lease::new(key));
        let mut claimed = ClaimGuard { idempotency: self, lease, stage: Stage::Claiming, digest };
        let claim = claimed.claim().await;
        if let Some(lease) = &claimed.lease {
            observe::claimed(|| lease.key().endpoint_name(), outcome(&claim));
        }
        let reason = match claim {
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
                    return Err(match &claimed.lease {
                        Some(lease) => Rejection::of_event(reason, &lease.key().endpoint_name()),
                        None => Rejection::new(reason),
                    });
                }
                tracing::error!(
                    target: logs::IDEMPOTENCY,
                    claim = "store failed",
                    cause = reason.causes().map(tracing::field::display),
                    "handling a delivery without duplicate detection: {reason}",
                );
                claimed.stage = Stage::Working;
                return Ok(claimed);
            }
        };
        // Another delivery holds the event, or the event is done, so dropping the guard must not
        // release it.
        claimed.lease = None;
        Err(Rejection::new(reason))
    }
}

fn outcome(claim: &Result<Claim, Reason>) -> ClaimOutcome {
    match claim {
        Ok(Claim::Fresh) => ClaimOutcome::First,
        Ok(Claim::InProgress { .. }) => ClaimOutcome::InProgress,
        Ok(Claim::Done { .. }) => ClaimOutcome::Duplicate,
        Err(_) => ClaimOutcome::Unavailable,
    }
}

impl ClaimGuard {
    /// Marks the event as done.
    ///
    /// The call to the store is repeated until it succeeds, for up to the length of a lease from
    /// now, even if the future is dropped.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the store has not marked the event within its deadline. The
    /// event was handled anyway: answer 2xx, because the provider otherwise sends it again.
    pub fn complete(self) -> impl Future<Output = Result<Settled, StoreError>> + Send + 'static {
        self.complete_with(Bytes::new())
    }

    /// Returns true if the event has a key, by which its duplicates are detected.
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
                        // The task goes on.
                        Err(StoreError::new(late))
                    })
                }
                None => Ok(Settled::Applied),
            }
        }
    }

    /// Releases the event, so that its next delivery is handled.
    ///
    /// The call to the store is repeated until it succeeds, for up to the length of a lease from
    /// now, even if the future is dropped. Dropping the guard does the same in the background, so a
    /// delivery that arrives at once may still find the event claimed.
    pub fn release(mut self) -> impl Future<Output = ()> + Send + 'static {
        let releasing = self.lease.take().map(|lease| {
            let idempotency = self.idempotency.clone();
            DetachedTask::new(async move { idempotency.release(&lease).await })
        });
        let deadline = self.idempotency.deadline;
        async move {
            if let Some(releasing) = releasing {
                // After the deadline the task goes on, and each failed attempt is logged.
                let _ = timeout(deadline, releasing).await;
            }
        }
    }

    /// Reads the first answer from a note, if it was given to the same bytes.
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
                tracing::error!(target: logs::IDEMPOTENCY, key, "the event was handled but could not be marked as done: its next delivery is handled again");
            }
        }
        settled
    }

    async fn release(&self, lease: &Lease) {
        let release = || self.store.release(lease);
        // A lost lease counts as released, and each failure was logged.
        let _ = self.insist("released", lease, release).await;
    }

    /// Releases an event that may be claimed. A slow store can execute the claim after the first
    /// release, so the event is released three times. More attempts would overload a store that
    /// fails for many deliveries.
    async fn give_back(&self, lease: &Lease) {
        for pause in GIVE_BACK {
            sleep(pause).await;
            match timeout(self.deadline, self.store.release(lease)).await {
                Ok(Ok(Settled::Applied | Settled::LeaseLost)) => {}
                Ok(Err(_)) | Err(Elapsed { .. }) => {
                    let key = lease.key().as_str();
                    tracing::debug!(target: logs::IDEMPOTENCY, key, "the store failed to release an event: its lease ends by itself");
                }
            }
        }
    }

    /// Repeats a call to the store until it succeeds, for up to the length of a lease from now.
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
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            let is_last = left == Some(Duration::ZERO);
            log_failure(what, lease, &error, is_last);
            if is_last {
                return Err(error);
            }
            // The last attempt is made at the end.
            sleep(left.map_or(pause, |left| left.min(pause))).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

fn log_failure(what: &str, lease: &Lease, error: &StoreError, is_last: bool) {
    let (key, cause) = (lease.key().as_str(), Causes::of(error).map(tracing::field::display));
    let next = if is_last { "its lease ends by itself" } else { "trying again" };
    tracing::error!(target: logs::IDEMPOTENCY, key, cause, "the store failed: the event is not {what} yet, {next}");
}

/// Pause after the first failed attempt. It doubles after each further one, up to
/// [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(250);

const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// Pauses before each attempt to release an event that may be claimed.
const GIVE_BACK: [Duration; 3] = [Duration::ZERO, Duration::from_secs(2), Duration::from_secs(8)];
