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
    __Explain as Explain, __Explainer as Explainer, __Rejected as Rejected, HeaderSource, Provider,
    Verifier,
};
use countersign_explain::{__copied as copied, ExplainDelivery};

use super::{Refusals, kept::DUPLICATE};
use crate::{Rejection, error::Reason, logs};

/// Explains deliveries that were rejected because their signature does not match.
pub trait ExplainRefusals {
    /// Examines rejected deliveries, and logs the likely cause of each at `WARN`, under the target
    /// [`countersign::explain`](crate::logs::EXPLAIN). Default: off.
    ///
    /// Only deliveries whose signature does not match are examined: the line of
    /// [`countersign::rejection`](crate::logs::REJECTION) names the cause of the others. The sender's
    /// answer does not change.
    ///
    /// Call it after all other settings, because the examination uses the settings of this moment.
    /// Secrets that are replaced later are seen. A verifier that looks its secrets up per tenant
    /// has none to try, so its deliveries are not examined.
    ///
    /// # Security
    ///
    /// Anybody can send deliveries that do not match, so the work is bounded: at most one delivery a
    /// second is examined for this verifier and its clones, one after the other, in a thread of its
    /// own. An examination takes up to 2 s of one processor and a few copies of the body. So
    /// a flood of forged deliveries costs at most one processor. Switch it on while you look for a
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

    /// Examines rejected deliveries as [`explain_refusals`](Self::explain_refusals) does, and keeps
    /// the rejections of every reason in a list, for a page of operators. Duplicates in an inbox are
    /// counted in it, too. Default: off.
    ///
    /// # Security
    ///
    /// Anybody can fill the list, so its size is bounded: see [`Refusals`].
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::explain::{ExplainRefusals, Refusals};
    /// use countersign::{Secret, Verifier, providers::Stripe};
    ///
    /// let refusals = Refusals::new();
    /// let verifier =
    ///     Verifier::<Stripe>::new(Secret::new("whsec_abc123")?)?.keep_refusals(&refusals);
    /// # let _ = verifier;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    fn keep_refusals(self, refusals: &Refusals) -> Self;
}

impl<P: Provider> ExplainRefusals for Verifier<P> {
    fn explain_refusals(self) -> Self {
        examined(self, None)
    }

    fn keep_refusals(self, refusals: &Refusals) -> Self {
        examined(self, Some(refusals.clone()))
    }
}

fn examined<P: Provider>(verifier: Verifier<P>, refusals: Option<Refusals>) -> Verifier<P> {
    let examiner = Examiner {
        verifier: verifier.clone(),
        next: Mutex::new(Instant::now()),
        is_busy: Arc::default(),
        refusals,
    };
    verifier.__explain_with(Explainer(Arc::new(examiner)))
}

/// Notes a rejected delivery, and starts its examination, if its verifier wants it and none was
/// started a moment ago. The body is given only if it can be examined.
pub(crate) fn explain<H: HeaderSource + ?Sized>(
    rejection: &Rejection,
    headers: &H,
    body: Option<Bytes>,
) {
    let custom = rejection.custom();
    let Some(Explainer(explainer)) = custom.explainer() else { return };
    let begins = body.is_some() && explainer.begin();
    if !begins && !explainer.notes() {
        return;
    }
    let headers = match &body {
        Some(_) => copied(headers, custom.__header()),
        None => Vec::new(),
    };
    let endpoint = rejection.endpoint().unwrap_or_default();
    let noted = rejection.kept_name().and_then(|name| {
        explainer.note(&Rejected {
            endpoint: &endpoint,
            name,
            reason: rejection,
            status: rejection.status(),
            headers: &headers,
            body: body.as_ref(),
        })
    });
    if let Some(body) = body.filter(|_| begins) {
        explainer.explain(custom.endpoint().unwrap_or_default(), headers, body, noted);
    }
}

impl Rejection {
    /// Returns the name under which a rejection is kept, or `None` for handshakes.
    fn kept_name(&self) -> Option<&'static str> {
        match self.reason() {
            Reason::Handshake(_) => None,
            Reason::Duplicate { .. } => Some(DUPLICATE),
            Reason::InProgress { .. } => Some("in_progress"),
            _ => self.label(),
        }
    }
}

struct Examiner<P> {
    verifier: Verifier<P>,
    /// The time from which the next delivery may be examined.
    next: Mutex<Instant>,
    is_busy: Arc<AtomicBool>,
    refusals: Option<Refusals>,
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

    fn notes(&self) -> bool {
        self.refusals.is_some()
    }

    fn note(&self, rejected: &Rejected<'_>) -> Option<u64> {
        self.refusals.as_ref().and_then(|refusals| refusals.note(rejected))
    }

    fn explain(
        &self,
        endpoint: &str,
        headers: Vec<(String, String)>,
        body: Bytes,
        noted: Option<u64>,
    ) {
        let refusals = self.refusals.clone();
        let verifier = self.verifier.clone();
        let endpoint = if endpoint.is_empty() { P::NAME.to_owned() } else { endpoint.to_owned() };
        let busy = Busy(Arc::clone(&self.is_busy));
        // The subscriber of a test is known only to its thread.
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let examine = move || {
            let _busy = busy;
            let report = verifier.explain(&headers, &body);
            if let Some((refusals, number)) = refusals.zip(noted) {
                refusals.add_verdict(number, report.headline(), report.advice.clone());
            }
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
