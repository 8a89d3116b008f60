//! The answer to a rejected delivery: the only mapping from a reason to an answer, and the only
//! place that logs it.

mod body_facts;
mod field_value;
mod in_progress;
mod kept_answer;
mod line;
mod observed;
mod reason;
mod sent;
mod store_error;

use std::{error::Error, fmt, time::Duration};

use bytes::Bytes;
use countersign_core::{
    __Custom as Custom, Answer, HeaderSource, PayloadError, Provider, error::ErrorClass,
};

use crate::{
    adapter::VerifiedDelivery,
    surface::{Verifiers, choice::shared_header, names::Names},
};

use body_facts::BodyFacts;
pub(crate) use field_value::FieldValue;
pub use in_progress::InProgressStatus;
pub use kept_answer::KeptAnswer;
pub use reason::Reason;
pub use store_error::StoreError;

/// A delivery that does not reach its handler, and the answer to its sender.
///
/// | reason | status | default body |
/// |---|---|---|
/// | the signature is missing, malformed, over other bytes, stale … | 401, equal for all | `{"error":"Invalid signature"}` |
/// | the body is larger than the limit | 413 | `{"error":"Payload too large"}` |
/// | the body is not complete within the deadline | 408 | `{"error":"Request timeout"}` |
/// | the body breaks off | 400 | `{"error":"Incomplete body"}` |
/// | signed, but not UTF-8 JSON | 400 | `{"error":"Invalid payload"}` |
/// | signed JSON, but no event | 422 | `{"error":"Invalid payload"}` |
/// | the tenant's secrets cannot be looked up | 503, `Retry-After: 5` | `{"error":"Service unavailable"}` |
/// | the event was handled before | 200, or the first answer if it was kept for the same bytes; `Idempotent-Replayed: true` | `{"duplicate":true}` |
/// | the event is being handled for another delivery | 503 unless [`InProgressStatus`] is set, `Retry-After` | `{"error":"In progress"}` |
/// | the idempotency store or the inbox fails, or does not answer in time | 503, `Retry-After: 5` | `{"error":"Service unavailable"}` |
/// | a setting of the application is missing or wrong | 500 | `{"error":"Internal server error"}` |
/// | no signature, and [`answer_unsigned`](crate::Verifier::answer_unsigned) answers it | 200 | the answer of the closure |
///
/// `Retry-After` is in seconds. A 401 has the header field `WWW-Authenticate: Webhook-Signature`.
///
/// The bodies of the answers with 401, 400, 413 and 422 can be set on the verifier:
/// [`Verifier::unauthorized`](crate::Verifier::unauthorized),
/// [`bad_request`](crate::Verifier::bad_request),
/// [`payload_too_large`](crate::Verifier::payload_too_large) and
/// [`unprocessable`](crate::Verifier::unprocessable). Behind a layer, the extractors send the same
/// bodies, because the proof carries them.
///
/// For an event in progress, `Retry-After` is the time left of the other delivery's lease, rounded
/// up to whole seconds, and at least 1. After that time the event is done, or free to be claimed.
///
/// The rejection is in the extensions of the response, where outer layers can read it. Layers that
/// count rejections must check the [`reason`](Self::reason), because duplicates and handshakes are
/// rejections as well. Each rejection is logged once; [`logs`](crate::logs) lists the targets and
/// the levels.
///
/// # Security
///
/// The sender gets the status, the headers and the body of the answer, and no other part of the
/// reason. Neither the log nor this type holds a secret, an expected tag or a value of the payload.
/// The error that a store reported is in the log and in the sources of this error, and is never
/// sent. The log and `Debug` do not show a kept answer, or the token of a handshake.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::Body, http::StatusCode, response::{IntoResponse, Response}};
/// use axum::routing::post;
/// use countersign::error::{Reason, VerifyErrorKind};
/// use countersign::providers::{XWebhookSignature, x_webhook_signature::flat};
/// use countersign::{Rejection, Secret, Signer, Verifier, Webhook, testing::SignedRequest};
/// use tower::ServiceExt;
///
/// async fn on_event(webhook: Result<Webhook<flat::Event>, Rejection>) -> Response {
///     match webhook {
///         Ok(_) => StatusCode::OK.into_response(),
///         // The rejection is the response, here as in a handler that takes only the `Webhook`.
///         Err(rejection) => rejection.into_response(),
///     }
/// }
///
/// let secret = Secret::new("whsec_abc123")?;
/// let app = Router::new()
///     .route("/webhooks", post(on_event))
///     .with_state(Verifier::<XWebhookSignature>::new(secret.clone())?);
///
/// let signer = Signer::<XWebhookSignature>::new(secret)?;
/// let genuine = SignedRequest::new(&signer, r#"{"type":"user.created","data":{"id":"u_1"}}"#)?;
/// let response = app.clone().oneshot(genuine.http::<Body>("/webhooks")?).await?;
/// assert_eq!(response.status(), StatusCode::OK);
///
/// let forged = genuine.forged();
/// let response = app.oneshot(forged.http::<Body>("/webhooks")?).await?;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// let rejection = response.extensions().get::<Rejection>().ok_or("no rejection")?;
/// let Reason::Verify(error) = rejection.reason() else { panic!("{rejection}") };
/// assert_eq!(error.kind(), VerifyErrorKind::Mismatch);
/// # Ok(())
/// # }
/// ```
///
/// Guide: [why is it 401?][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/mismatch/index.html
#[derive(Clone, Debug)]
pub struct Rejection {
    reason: Reason,
    // `None` if the reason is not about a provider.
    names: Option<&'static Names>,
    custom: Custom,
    closes_connection: bool,
    body: Option<Box<BodyFacts>>,
    #[cfg(feature = "metrics")]
    began: Option<crate::metrics::Instant>,
}

impl Rejection {
    /// Rejects a delivery for this reason, and logs it: for handlers that find duplicates by other
    /// means, such as in a transaction of their own.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Rejection, error::Reason};
    ///
    /// let rejection = Rejection::new(Reason::Duplicate { answer: None });
    /// assert_eq!((rejection.status(), rejection.body()), (200, r#"{"duplicate":true}"#.into()));
    /// ```
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        let rejection = Self::of(reason, None, Custom::default());
        rejection.log(None, &NO_HEADERS);
        rejection
    }

    /// Rejects a delivery whose event cannot be claimed, and logs it.
    #[cfg(feature = "idempotency")]
    pub(crate) fn of_event(reason: Reason, endpoint: &str) -> Self {
        Self::of_event_with(reason, Custom::__of_endpoint(endpoint))
    }

    /// Rejects a delivery whose event cannot be claimed, with the names of its verifier, and logs
    /// it.
    #[cfg(feature = "idempotency")]
    pub(crate) fn of_event_with(reason: Reason, custom: Custom) -> Self {
        let rejection = Self::of(reason, None, custom);
        rejection.log(None, &NO_HEADERS);
        #[cfg(feature = "explain")]
        crate::explain::explain_refusal(&rejection, &NO_HEADERS, None);
        rejection
    }

    pub(crate) fn of(reason: Reason, names: Option<&'static Names>, custom: Custom) -> Self {
        Self {
            reason,
            names,
            custom,
            closes_connection: false,
            body: None,
            #[cfg(feature = "metrics")]
            began: None,
        }
    }

    /// Rejects a delivery that was verified and cannot be read as the event.
    pub(crate) fn payload(
        names: Option<&'static Names>,
        error: PayloadError,
        delivery: &VerifiedDelivery,
    ) -> Self {
        let (reason, custom) = (Reason::Payload(error), delivery.__custom().clone());
        Self::of(reason, names, custom).about(delivery.bytes())
    }

    /// Rejects a delivery whose verifier is missing, before its body is read.
    pub(crate) fn missing_verifier<P: Provider>() -> Self {
        let reason = Reason::MissingVerifier { provider: std::any::type_name::<P>() };
        Self::of_provider::<P>(reason).closing()
    }

    /// Rejects every delivery if two verifiers look for the signature in the same header.
    pub(crate) fn of_shared_header<V: Verifiers>(verifiers: &V) -> Option<Self> {
        let reason = shared_header(verifiers)?;
        Some(Self::of(reason, Some(V::NAMES), Custom::default()).closing())
    }

    /// Rejects a request that a layer or a middleware should have verified.
    pub(crate) fn missing_proof<V: Verifiers>() -> Self {
        let reason = Reason::MissingProof { provider: std::any::type_name::<V::First>() };
        Self::of(reason, Some(V::NAMES), Custom::default())
    }

    /// Rejects a request whose handler takes `EventData` or `Unhandled`, but is not a handler of
    /// `Events`.
    pub(crate) fn missing_events() -> Self {
        Self::of(Reason::MissingEvents, None, Custom::default())
    }

    /// Rejects a request whose handler takes `Attempt`, but is not called by a worker.
    #[cfg(feature = "inbox")]
    pub(crate) fn missing_worker() -> Self {
        Self::of(Reason::MissingWorker, None, Custom::default())
    }

    /// Rejects a request because of a mistake in the application.
    fn of_provider<P: Provider>(reason: Reason) -> Self {
        Self::of(reason, Some(Names::of::<P>()), Custom::default())
    }

    /// Answers a handshake: a request without a signature that is not a failure.
    pub(crate) fn handshake(self, answer: Answer) -> Self {
        Self { reason: Reason::Handshake(answer), ..self }
    }

    /// Closes the connection after the answer, because the rest of the body must not be read as a
    /// request.
    pub(crate) fn closing(self) -> Self {
        Self { closes_connection: true, ..self }
    }

    /// Logs the rejection, and adapts the answer to the connection: a connection with other streams
    /// stays open.
    #[cfg_attr(not(feature = "explain"), expect(unused_mut, reason = "changed by the feature"))]
    pub(crate) fn refuse<H>(mut self, path: &str, headers: &H, is_multiplexed: bool) -> Self
    where
        H: HeaderSource + ?Sized,
    {
        self.log(Some(path), headers);
        #[cfg(feature = "explain")]
        {
            let body = self.body.as_mut().and_then(|facts| facts.unexplained.take());
            crate::explain::explain_refusal(&self, headers, body);
        }
        Self { closes_connection: self.closes_connection && !is_multiplexed, ..self }
    }

    /// Returns the reason why the delivery was rejected.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// Returns the part of the verifier that explains rejections, if it is switched on.
    #[cfg(feature = "explain")]
    pub(crate) fn custom(&self) -> &Custom {
        &self.custom
    }

    /// Returns the status of the answer.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.reason.status()
    }

    /// Returns the body of the answer.
    #[must_use]
    pub fn body(&self) -> Bytes {
        match self.kept_answer() {
            Some(kept) => kept.body.clone(),
            None => {
                let answer = self.answer();
                let constant = answer.__constant().map(|body| Bytes::from_static(body.as_bytes()));
                constant.unwrap_or_else(|| Bytes::copy_from_slice(answer.body().as_bytes()))
            }
        }
    }

    /// Returns the header fields of the answer, except the length of the body and the field of a
    /// handshake's [`token`](Self::token).
    ///
    /// A kept answer has the content type of the handler's first answer.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Bytes)> {
        let mut fields = Vec::new();
        self.each_header(|name, value| fields.push((name, value.into_bytes())));
        fields.into_iter()
    }

    /// Passes each of the [`headers`](Self::headers) to `put`.
    // Inlined into adapters, so that constants are compared at compile time.
    #[inline]
    pub(crate) fn each_header(&self, mut put: impl FnMut(&'static str, FieldValue<'_>)) {
        match self.kept_answer() {
            Some(kept) if kept.content_type.is_empty() => {}
            Some(kept) => put("content-type", FieldValue::Kept(&kept.content_type)),
            None => put("content-type", FieldValue::Constant(self.answer().content_type())),
        }
        let status = self.status();
        if status == 401 {
            put("www-authenticate", FieldValue::Constant("Webhook-Signature"));
        }
        match &self.reason {
            Reason::Duplicate { .. } => put("idempotent-replayed", FieldValue::Constant("true")),
            Reason::InProgress { retry_after, .. } => {
                put("retry-after", FieldValue::Seconds(whole_seconds(*retry_after)));
            }
            Reason::Handshake(_) => put("x-content-type-options", FieldValue::Constant("nosniff")),
            _ if status == 503 => put("retry-after", FieldValue::Seconds(RETRY_AFTER)),
            _ => {}
        }
        if self.closes_connection {
            put("connection", FieldValue::Constant("close"));
        }
    }

    /// Returns the header field in which a handshake's token is repeated, if the answer has one:
    /// see [`Answer::field`].
    #[must_use]
    pub fn token(&self) -> Option<(&'static str, &str)> {
        match &self.reason {
            Reason::Handshake(answer) => answer.field(),
            _ => None,
        }
    }

    fn kept_answer(&self) -> Option<&KeptAnswer> {
        match &self.reason {
            Reason::Duplicate { answer } => answer.as_deref(),
            _ => None,
        }
    }

    /// Returns the answer for each reason, except for kept answers.
    fn answer(&self) -> &Answer {
        match &self.reason {
            Reason::Verify(error) => self.answer_of(error.kind().class()),
            Reason::Payload(error) => self.answer_of(error.kind().class()),
            Reason::Handshake(answer) => answer,
            Reason::OuterLimit => self.answer_of(ErrorClass::TooLarge),
            Reason::Deadline => &DEADLINE,
            Reason::BrokenBody => self.custom.bad_request().unwrap_or(&BROKEN_BODY),
            Reason::Lookup(_)
            | Reason::LookupDeadline
            | Reason::Store(_)
            | Reason::StoreDeadline => &UNAVAILABLE,
            Reason::Duplicate { .. } => &DUPLICATE,
            Reason::InProgress { .. } => &IN_PROGRESS,
            Reason::MissingVerifier { .. }
            | Reason::SharedHeader { .. }
            | Reason::MissingProof { .. }
            | Reason::MissingIdempotency
            | Reason::MissingEvents
            | Reason::MissingWorker => self.answer_of(ErrorClass::Misconfigured),
        }
    }

    fn answer_of(&self, class: ErrorClass) -> &Answer {
        match class {
            ErrorClass::Unauthorized => self.custom.unauthorized().unwrap_or(&INVALID_SIGNATURE),
            ErrorClass::TooLarge => self.custom.too_large().unwrap_or(&BODY_TOO_LARGE),
            ErrorClass::BadRequest => self.custom.bad_request().unwrap_or(&INVALID_PAYLOAD),
            ErrorClass::Unprocessable => self.custom.unprocessable().unwrap_or(&INVALID_PAYLOAD),
            ErrorClass::Misconfigured => &MISCONFIGURED,
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.reason.source()
    }
}

/// Rounds up to whole seconds, so that the lease has run out when a sender that waited this long
/// tries again.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

static INVALID_SIGNATURE: Answer = Answer::__INVALID_SIGNATURE;
static BODY_TOO_LARGE: Answer = Answer::__json(r#"{"error":"Payload too large"}"#);
static DEADLINE: Answer = Answer::__json(r#"{"error":"Request timeout"}"#);
static BROKEN_BODY: Answer = Answer::__json(r#"{"error":"Incomplete body"}"#);
static INVALID_PAYLOAD: Answer = Answer::__json(r#"{"error":"Invalid payload"}"#);
static UNAVAILABLE: Answer = Answer::__json(r#"{"error":"Service unavailable"}"#);
static DUPLICATE: Answer = Answer::__json(r#"{"duplicate":true}"#);
static IN_PROGRESS: Answer = Answer::__json(r#"{"error":"In progress"}"#);
static MISCONFIGURED: Answer = Answer::__json(r#"{"error":"Internal server error"}"#);

/// In seconds: enough time for a store to recover, and short compared with the retry schedules of
/// providers.
const RETRY_AFTER: u64 = 5;

const NO_HEADERS: [(&str, &str); 0] = [];
