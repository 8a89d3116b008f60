//! A store under test: its methods, with the result that is expected of each.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use super::super::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError};
use crate::logs::causes::Causes;

/// Outcome of a rule; if the rule is broken, the error says what was seen instead.
pub(super) type Outcome<T = ()> = Result<T, String>;

/// A function that lets time pass, for a clock that is set.
pub(super) type Pass = Arc<dyn Fn(Duration) + Send + Sync>;

/// Length that runs out during a rule.
pub(super) const SHORT: Duration = Duration::from_millis(30);

/// Length that does not run out during a rule.
pub(super) const LONG: Duration = Duration::from_secs(3600);

pub(super) struct Trial<S> {
    store: Arc<S>,
    pass: Pass,
}

impl<S> Clone for Trial<S> {
    fn clone(&self) -> Self {
        Self { store: Arc::clone(&self.store), pass: Arc::clone(&self.pass) }
    }
}

/// Makes a new lease of the event.
pub(super) fn lease(id: &str) -> Lease {
    Lease::new(IdempotencyKey::builder("conformance").event_type(None).id(id))
}

impl<S: Store> Trial<S> {
    pub(super) fn new(store: S, pass: Pass) -> Self {
        Self { store: Arc::new(store), pass }
    }

    pub(super) async fn claim(&self, lease: &Lease, length: Duration) -> Outcome<Claim> {
        self.store.claim(lease, length).await.map_err(|error| failed("claim", &error))
    }

    pub(super) async fn is_fresh(&self, lease: &Lease, length: Duration, when: &str) -> Outcome {
        match self.claim(lease, length).await? {
            Claim::Fresh => Ok(()),
            other => Err(format!("{when}: a claim returned {}, not Fresh", name(&other))),
        }
    }

    /// Returns the time until the other lease runs out.
    pub(super) async fn is_in_progress(&self, lease: &Lease, when: &str) -> Outcome<Duration> {
        match self.claim(lease, LONG).await? {
            Claim::InProgress { retry_after } => Ok(retry_after),
            other => Err(format!("{when}: a claim returned {}, not InProgress", name(&other))),
        }
    }

    pub(super) async fn is_done(&self, lease: &Lease, note: &[u8], when: &str) -> Outcome {
        match self.claim(lease, LONG).await? {
            Claim::Done { note: kept } if kept == note => Ok(()),
            Claim::Done { note: kept } => Err(format!(
                "{when}: the kept note ({} bytes) differs from the one that was given ({} bytes)",
                kept.len(),
                note.len()
            )),
            other => Err(format!("{when}: a claim returned {}, not Done", name(&other))),
        }
    }

    pub(super) async fn completes(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: &[u8],
        expected: Settled,
        when: &str,
    ) -> Outcome {
        let note = Bytes::copy_from_slice(note);
        let settled = self.store.complete(lease, ttl, note).await;
        let settled = settled.map_err(|error| failed("complete", &error))?;
        same(settled, expected).map_err(|seen| format!("{when}: complete returned {seen}"))
    }

    pub(super) async fn releases(&self, lease: &Lease, expected: Settled, when: &str) -> Outcome {
        let settled = self.store.release(lease).await;
        let settled = settled.map_err(|error| failed("release", &error))?;
        same(settled, expected).map_err(|seen| format!("{when}: release returned {seen}"))
    }

    pub(super) async fn forgets(&self, id: &str, expected: bool, when: &str) -> Outcome {
        match self.store.forget(lease(id).key()).await {
            Ok(was_done) if was_done == expected => Ok(()),
            Ok(was_done) => Err(format!("{when}: forget returned {was_done}, not {expected}")),
            Err(error) => Err(failed("forget", &error)),
        }
    }

    /// Returns once every lease and ttl of `length` that began before this call has run out. To
    /// detect this, it claims a separate event for `length`, and waits until that event is free.
    pub(super) async fn outlive(&self, length: Duration) -> Outcome {
        let canary = lease("canary");
        self.is_fresh(&canary, length, "another event").await?;
        (self.pass)(length);
        self.becomes_free("canary", "another event").await
    }

    /// Returns once the event can be claimed, and leaves it free.
    pub(super) async fn becomes_free(&self, id: &str, when: &str) -> Outcome {
        let next = lease(id);
        let deadline = Instant::now() + PATIENCE;
        while self.claim(&next, LONG).await? != Claim::Fresh {
            if Instant::now() > deadline {
                return Err(format!("{when}: has not run out after {PATIENCE:?}"));
            }
            sleep(PAUSE).await;
        }
        self.releases(&next, Settled::Applied, when).await
    }
}

fn failed(verb: &str, error: &StoreError) -> String {
    let causes = Causes::of(error).map(|causes| format!(": {causes}")).unwrap_or_default();
    format!("{verb}: {error}{causes}")
}

/// Names a claim without its note, which may be long.
fn name(claim: &Claim) -> impl fmt::Display {
    match claim {
        Claim::Fresh => "Fresh".to_owned(),
        Claim::InProgress { retry_after } => format!("InProgress for {retry_after:?}"),
        Claim::Done { note } => format!("Done with a note of {} bytes", note.len()),
    }
}

fn same(settled: Settled, expected: Settled) -> Outcome {
    if settled == expected { Ok(()) } else { Err(format!("{settled:?}, not {expected:?}")) }
}

/// Pause between two attempts to claim an event whose lease must run out.
const PAUSE: Duration = Duration::from_millis(5);

/// Longest wait for a lease of [`SHORT`] to run out. It is much longer than the lease, because the
/// machine may be busy.
const PATIENCE: Duration = Duration::from_secs(5);
