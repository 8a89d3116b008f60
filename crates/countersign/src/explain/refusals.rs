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
use countersign_explain::{__copied as copied, __names as names, ExplainDelivery};

use super::{Refusals, kept::DUPLICATE};
use crate::{Rejection, error::Reason, logs};

/// Explains deliveries that were rejected because their signature does not match.
pub trait ExplainRefusals {
    /// Examines some of the rejected deliveries, and logs their likely cause at `WARN`, under the
    /// target [`countersign::explain`](crate::logs::EXPLAIN). Default: off.
    ///
    /// Only deliveries whose signature does not match are examined: the line of
    /// [`countersign::rejection`](crate::logs::REJECTION) names the cause of the others. The
    /// sender's answer does not change.
    ///
    /// Call it after all other settings, because the examination uses the settings of this moment.
    /// Secrets that are replaced later are seen. For a verifier that looks its secrets up per
    /// tenant, this method changes nothing.
    ///
    /// # Security
    ///
    /// Anybody can send deliveries that do not match, so the work is bounded: in the whole process,
    /// at most one delivery a second is examined, one after the other, in a thread of its own. An
    /// examination takes up to 2 s of one processor, and up to about 70 times the memory of the
    /// body. Until it begins, it costs the request a copy of its headers. So a flood of forged
    /// deliveries costs at most one processor. Switch it on while you look for a cause.
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
    /// the rejections of every reason in a list, for a page of operators. Duplicates in an inbox
    /// are counted in it, too. Default: off.
    ///
    /// For a verifier that looks its secrets up per tenant, rejections are kept and counted, and none
    /// is examined.
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
    let settings = verifier.__trial();
    if settings.is_none() && refusals.is_none() {
        return verifier;
    }
    let has_secrets = settings.is_some();
    let header = settings.and_then(|settings| settings.header);
    let names = names(&P::SCHEME, header.as_deref());
    let examiner = Examiner { verifier: verifier.clone(), names, has_secrets, refusals };
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
    let body = body.filter(|_| explainer.is_ready());
    if body.is_none() && !explainer.notes() {
        return;
    }
    let headers = match &body {
        Some(_) => copied(headers, explainer.names()),
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
    if let Some(body) = body {
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
    names: Vec<String>,
    /// False if the secrets are looked up per tenant.
    has_secrets: bool,
    refusals: Option<Refusals>,
}

impl<P: Provider> Explain for Examiner<P> {
    fn is_ready(&self) -> bool {
        let next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        self.has_secrets
            && next.is_none_or(|next| Instant::now() >= next)
            && !IS_BUSY.load(Ordering::Acquire)
    }

    fn names(&self) -> &[String] {
        &self.names
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
        let Some(busy) = Busy::begin() else { return };
        let refusals = self.refusals.clone();
        let verifier = self.verifier.clone();
        let endpoint = if endpoint.is_empty() { P::NAME } else { endpoint }.to_owned();
        // The subscriber of a test is known only to its thread.
        let dispatch = tracing::dispatcher::get_default(Clone::clone);
        let examine = move || {
            let report = verifier.explain(&headers, &body);
            let causes: Vec<_> = report.causes().iter().map(|cause| cause.name()).collect();
            if let Some((refusals, number)) = refusals.zip(noted) {
                refusals.add_verdict(number, &report.headline(), &report.advice);
            }
            tracing::dispatcher::with_default(&dispatch, || {
                tracing::warn!(
                    target: logs::EXPLAIN,
                    provider = P::NAME,
                    endpoint,
                    certain = report.is_certain(),
                    causes = %causes.join(","),
                    advice = %report.advice,
                    guide = GUIDE,
                    "{}",
                    report.headline(),
                );
            });
            drop(busy);
        };
        // If there is no thread for it, nothing is explained.
        let _ = thread::Builder::new().name("countersign-explain".to_owned()).spawn(examine);
    }
}

/// The only examination of this process. When it is dropped, also without a thread, the next one
/// may begin.
struct Busy;

impl Busy {
    fn begin() -> Option<Self> {
        let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if next.is_some_and(|next| now < next) || IS_BUSY.swap(true, Ordering::AcqRel) {
            return None;
        }
        *next = now.checked_add(PAUSE);
        Some(Self)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        IS_BUSY.store(false, Ordering::Release);
    }
}

/// True while a delivery is examined.
static IS_BUSY: AtomicBool = AtomicBool::new(false);

/// The time from which the next delivery may be examined.
static NEXT: Mutex<Option<Instant>> = Mutex::new(None);

/// The page of the guide about deliveries that do not match.
const GUIDE: &str = "https://docs.rs/countersign/latest/countersign/_guide/mismatch/index.html";

/// Time between the beginnings of two examinations.
const PAUSE: Duration = Duration::from_secs(1);
