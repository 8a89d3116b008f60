//! Explains some of the deliveries that are rejected.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use bytes::Bytes;
use countersign_core::{
    __Custom as Custom, __Explain as Explain, __Explainer as Explainer, HeaderSource, Provider,
    Verifier,
};
use countersign_explain::{__copied as copied, ExplainDelivery};

use crate::logs;

/// Explains deliveries that were rejected because their signature does not match.
pub trait ExplainRefusals {
    /// Examines rejected deliveries, and logs the likely cause of each at `WARN`, under the target
    /// [`countersign::explain`](crate::logs::EXPLAIN). Default: off.
    ///
    /// Only deliveries whose signature does not match are examined: the line of
    /// [`countersign::rejection`](crate::logs::REJECTION) names the cause of the others. The
    /// sender's answer does not change.
    ///
    /// Call it after all other settings, because the examination uses the settings of this moment.
    /// Secrets that are replaced later are seen. A verifier that looks its secrets up per tenant
    /// has none to try, so its deliveries are not examined.
    ///
    /// # Security
    ///
    /// Anybody can send deliveries that do not match, so the work is bounded: at most one delivery
    /// a second is examined for this verifier and its clones, one after the other, in a thread of
    /// its own. An examination takes up to 2 s of one processor and a few copies of the body. So a
    /// flood of forged deliveries costs at most one processor. Switch it on while you look for a
    /// cause.
    ///
    /// The line holds the names of headers, and no text of the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, explain::ExplainRefusals, providers::Stripe};
    ///
    /// let verifier = Verifier::<Stripe>::new(Secret::new("whsec_abc123")?)?.explain_refusals();
    /// # let _ = verifier;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    fn explain_refusals(self) -> Self;
}

impl<P: Provider> ExplainRefusals for Verifier<P> {
    fn explain_refusals(self) -> Self {
        let examiner = Examiner {
            verifier: self.clone(),
            next: Mutex::new(Instant::now()),
            is_busy: Arc::default(),
        };
        self.__explain_with(Explainer(Arc::new(examiner)))
    }
}

/// Starts the examination of a rejected delivery, if its verifier wants it and none was started a
/// moment ago.
pub(crate) fn explain<H: HeaderSource + ?Sized>(custom: &Custom, headers: &H, body: Bytes) {
    if let Some(Explainer(explainer)) = custom.explainer()
        && explainer.begin()
    {
        explainer.explain(
            custom.endpoint().unwrap_or_default(),
            copied(headers, custom.__header()),
            body,
        );
    }
}

struct Examiner<P> {
    verifier: Verifier<P>,
    /// The time from which the next delivery may be examined.
    next: Mutex<Instant>,
    is_busy: Arc<AtomicBool>,
}

impl<P: Provider> Explain for Examiner<P> {
    fn begin(&self) -> bool {
        let now = Instant::now();
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        if now < *next || self.is_busy.swap(true, Ordering::AcqRel) {
            return false;
        }
        *next = now + PAUSE;
        true
    }

    fn explain(&self, endpoint: &str, headers: Vec<(String, String)>, body: Bytes) {
        let verifier = self.verifier.clone();
        let endpoint = if endpoint.is_empty() { P::NAME.to_owned() } else { endpoint.to_owned() };
        let busy = Busy(Arc::clone(&self.is_busy));
        // The subscriber of a test is known only to its thread.
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let examine = move || {
            let _busy = busy;
            let report = verifier.explain(&headers, &body);
            tracing::dispatcher::with_default(&dispatch, || {
                tracing::warn!(
                    target: logs::EXPLAIN,
                    provider = P::NAME,
                    endpoint,
                    certain = report.is_certain(),
                    causes = %report.causes().iter().map(|cause| cause.name()).collect::<Vec<_>>().join(","),
                    advice = %report.advice,
                    guide = GUIDE,
                    "{}",
                    report.headline(),
                );
            });
        };
        // If there is no thread for it, nothing is explained.
        let _ = thread::Builder::new().name("countersign-explain".to_owned()).spawn(examine);
    }
}

/// Lets the next delivery in when it is dropped, also if no thread was started.
struct Busy(Arc<AtomicBool>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// The page of the guide about deliveries that do not match.
const GUIDE: &str = "https://docs.rs/countersign/latest/countersign/_guide/mismatch/index.html";

/// Time between two examinations.
const PAUSE: Duration = Duration::from_secs(1);
