//! The one mapping from a reason to an answer, and the one place that logs it.

mod line;
mod sent;

use std::{error::Error, fmt};

use countersign_core::{
    __Custom as Custom, Answer, HeaderSource, PayloadError, Provider, VerifyError,
    error::{ErrorClass, LookupError},
};

#[cfg(feature = "_surface")]
use crate::Verified;
#[cfg(any(feature = "actix-web", feature = "axum"))]
use crate::surface::{choice::shared_header, decide::Decide};
use crate::{log, surface::names::Names};

/// A delivery that was refused, and what its sender is told.
///
/// | reason | status |
/// |---|---|
/// | the signature is missing, malformed, over other bytes, stale … | 401, equal for all |
/// | the body is larger than the limit | 413 |
/// | the body is not complete within the deadline | 408 |
/// | the body breaks off | 400 |
/// | signed, but not UTF-8 JSON | 400 |
/// | signed JSON, but no event | 422 |
/// | the tenant's secrets cannot be looked up | 503, `Retry-After: 5` |
/// | a setting of yours is missing or wrong | 500 |
/// | no signature, and [`answer_unsigned`](crate::Verifier::answer_unsigned) answers it | 200 |
///
/// The bodies of the answers with 401, 400, 413 and 422 are set on the verifier:
/// [`Verifier::unauthorized`](crate::Verifier::unauthorized),
/// [`bad_request`](crate::Verifier::bad_request),
/// [`payload_too_large`](crate::Verifier::payload_too_large) and
/// [`unprocessable`](crate::Verifier::unprocessable). The proof of a layer carries them to the
/// extractor.
///
/// It is in the extensions of the response, so that layers around can tell what happened, and it
/// is logged at `WARN` under the target `countersign::rejection`. The answer to a handshake is
/// logged at `DEBUG` under `countersign::handshake`.
///
/// # Security
///
/// The reason is for you alone. The response holds nothing of it but the status; neither the log
/// nor this type holds a secret, an expected tag or a value of the payload. The answer to a
/// handshake holds the token that it repeats, which neither the log nor `Debug` shows.
#[derive(Clone, Debug)]
pub struct Rejection {
    reason: Reason,
    names: &'static Names,
    custom: Custom,
    closes_connection: bool,
    body: Option<Box<BodyFacts>>,
}

/// Why a delivery was refused.
///
/// More reasons may follow; [`Rejection::status`] tells what each one means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It was not verified.
    Verify(VerifyError),
    /// It was verified, and cannot be read as the event asked for.
    Payload(PayloadError),
    /// A limit outside of the verifier's was reached while the body came in.
    OuterLimit,
    /// The body was not complete within the deadline.
    Deadline,
    /// The body broke off.
    BrokenBody,
    /// The tenant's secrets could not be looked up: nothing is known of the delivery, and its
    /// provider is to send it again.
    Lookup(LookupError),
    /// The tenant's secrets were not looked up within the deadline.
    LookupDeadline,
    /// It has no signature header, and the closure of
    /// [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned) answers it with 200: a
    /// handshake, and no failure. A handler that takes `Result<_, Rejection>` must return this
    /// rejection as the response, or the handshake fails.
    Handshake(Answer),
    /// The handler's verifier was not given to the application: a mistake of yours.
    MissingVerifier {
        /// The provider's type, with its path.
        provider: &'static str,
    },
    /// Two of the handler's verifiers look for the signature in the same header: a mistake of
    /// yours.
    SharedHeader {
        /// The header.
        header: Box<str>,
        /// The names of the two endpoints.
        verifiers: [Box<str>; 2],
    },
    /// Nothing around the service has verified the request: a mistake of yours.
    MissingProof {
        /// The provider's type, with its path.
        provider: &'static str,
    },
}

/// What a log may tell of a body.
#[derive(Clone, Copy, Debug)]
struct BodyFacts {
    length: usize,
    digest: [u8; 32],
}

impl Rejection {
    pub(crate) fn new(reason: Reason, names: &'static Names, custom: Custom) -> Self {
        Self { reason, names, custom, closes_connection: false, body: None }
    }

    /// Refuses what was verified and is no event.
    #[cfg(feature = "_surface")]
    pub(crate) fn payload<P: Provider>(error: PayloadError, verified: &Verified<P>) -> Self {
        let (reason, custom) = (Reason::Payload(error), verified.__custom().clone());
        Self::new(reason, Names::of::<P>(), custom).about(verified.bytes())
    }

    /// Refuses what nothing is there to verify with, before its body is read.
    #[cfg(feature = "actix-web")]
    pub(crate) fn missing_verifier<P: Provider>() -> Self {
        let reason = Reason::MissingVerifier { provider: std::any::type_name::<P>() };
        Self::of::<P>(reason).closing()
    }

    /// Refuses everything where two verifiers look for the signature in the same header.
    #[cfg(any(feature = "actix-web", feature = "axum"))]
    pub(crate) fn of_shared_header<V: Decide>(verifiers: &V) -> Option<Self> {
        let reason = shared_header(verifiers)?;
        Some(Self::new(reason, V::NAMES, Custom::default()).closing())
    }

    /// Refuses what should have been verified by now.
    #[cfg(any(feature = "axum", feature = "tower"))]
    pub(crate) fn missing_proof<P: Provider>() -> Self {
        let reason = Reason::MissingProof { provider: std::any::type_name::<P>() };
        Self::of::<P>(reason)
    }

    /// Refuses for what is no fault of the signature.
    fn of<P: Provider>(reason: Reason) -> Self {
        Self::new(reason, Names::of::<P>(), Custom::default())
    }

    /// Adds what a log may tell of the body; costs a hash, and so is done only where one listens.
    pub(crate) fn about(self, body: &[u8]) -> Self {
        if !tracing::enabled!(target: log::REJECTION, tracing::Level::WARN) {
            return self;
        }
        let facts =
            BodyFacts { length: body.len(), digest: countersign_core::adapter::body_digest(body) };
        Self { body: Some(Box::new(facts)), ..self }
    }

    /// Answers a request without a signature, which is no failure.
    pub(crate) fn handshake(self, answer: Answer) -> Self {
        Self { reason: Reason::Handshake(answer), ..self }
    }

    /// The body was not read to its end: what is left of it must not be taken for a request.
    pub(crate) fn closing(self) -> Self {
        Self { closes_connection: true, ..self }
    }

    /// Tells the operator, once, and fits the answer to the connection: one that carries other
    /// streams goes on.
    pub(crate) fn refuse<H>(self, path: &str, headers: &H, is_multiplexed: bool) -> Self
    where
        H: HeaderSource + ?Sized,
    {
        self.log(path, headers);
        Self { closes_connection: self.closes_connection && !is_multiplexed, ..self }
    }

    /// Why the delivery was refused.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The answer's status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.reason {
            Reason::Verify(error) => status_of(error.kind().class()),
            Reason::Payload(error) => status_of(error.kind().class()),
            Reason::Handshake(_) => 200,
            Reason::OuterLimit => 413,
            Reason::Deadline => 408,
            Reason::BrokenBody => 400,
            Reason::Lookup(_) | Reason::LookupDeadline => 503,
            Reason::MissingVerifier { .. }
            | Reason::MissingProof { .. }
            | Reason::SharedHeader { .. } => 500,
        }
    }

    /// The answer's content type and body.
    #[must_use]
    pub fn answer(&self) -> Answer {
        match (&self.reason, self.status()) {
            (Reason::Handshake(answer), _) => answer.clone(),
            (Reason::BrokenBody, _) => self.custom.bad_request().unwrap_or(BROKEN_BODY),
            (_, 400) => self.custom.bad_request().unwrap_or(INVALID_PAYLOAD),
            (_, 401) => self.custom.unauthorized(),
            (_, 408) => DEADLINE,
            (_, 413) => self.custom.too_large().unwrap_or(BODY_TOO_LARGE),
            (_, 422) => self.custom.unprocessable().unwrap_or(INVALID_PAYLOAD),
            (_, 503) => UNAVAILABLE,
            _ => MISCONFIGURED,
        }
    }

    /// Returns the answer's header fields, except two kinds: the fields that describe the body, and
    /// the field that holds the token of a handshake ([`Answer::field`]).
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let status = self.status();
        let challenge = (status == 401).then_some(("www-authenticate", "Webhook-Signature"));
        let retry = (status == 503).then_some(("retry-after", RETRY_AFTER));
        let close = self.closes_connection.then_some(("connection", "close"));
        let is_handshake = matches!(self.reason, Reason::Handshake(_));
        let no_html = is_handshake.then_some(("x-content-type-options", "nosniff"));
        challenge.into_iter().chain(retry).chain(close).chain(no_html)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.reason {
            Reason::Verify(error) => Some(error),
            Reason::Payload(error) => Some(error),
            Reason::Lookup(error) => Some(error),
            Reason::Handshake(_)
            | Reason::LookupDeadline
            | Reason::OuterLimit
            | Reason::Deadline
            | Reason::BrokenBody
            | Reason::MissingVerifier { .. }
            | Reason::SharedHeader { .. }
            | Reason::MissingProof { .. } => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(error) => error.fmt(f),
            Self::Payload(error) => error.fmt(f),
            Self::Lookup(error) => error.fmt(f),
            Self::LookupDeadline => {
                f.write_str("the tenant's secrets were not looked up within the deadline")
            }
            Self::Handshake(_) => f.write_str("a request without a signature was answered"),
            Self::OuterLimit => f.write_str("the body is larger than a limit outside of ours"),
            Self::Deadline => f.write_str("the body was not complete within the deadline"),
            Self::BrokenBody => f.write_str("the body broke off"),
            Self::MissingVerifier { provider } => write!(
                f,
                "Verifier<{provider}> is not in the app data: \
                 add .app_data(web::Data::new(verifier))"
            ),
            Self::SharedHeader { header, verifiers: [first, second] } => write!(
                f,
                "the verifiers of {first} and {second} both look for the signature in the header \
                 {header}: give each an endpoint of its own"
            ),
            Self::MissingProof { provider } => write!(
                f,
                "Verified<{provider}> is not in the request's extensions: is VerifyLayer around \
                 the service?"
            ),
        }
    }
}

const fn status_of(class: ErrorClass) -> u16 {
    match class {
        ErrorClass::Unauthorized => 401,
        ErrorClass::TooLarge => 413,
        ErrorClass::BadRequest => 400,
        ErrorClass::Unprocessable => 422,
        ErrorClass::Misconfigured => 500,
    }
}

const BODY_TOO_LARGE: Answer = Answer::__json(r#"{"error":"Payload too large"}"#);
const DEADLINE: Answer = Answer::__json(r#"{"error":"Request timeout"}"#);
const BROKEN_BODY: Answer = Answer::__json(r#"{"error":"Incomplete body"}"#);
const INVALID_PAYLOAD: Answer = Answer::__json(r#"{"error":"Invalid payload"}"#);
const UNAVAILABLE: Answer = Answer::__json(r#"{"error":"Service unavailable"}"#);
const MISCONFIGURED: Answer = Answer::__json(r#"{"error":"Internal server error"}"#);

/// Seconds: time for a store to come back, and short beside the schedules of providers.
const RETRY_AFTER: &str = "5";
