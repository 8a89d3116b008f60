//! The reasons for a rejection.

use std::{error::Error, fmt, time::Duration};

use countersign_core::{
    Answer, PayloadError, VerifyError,
    error::{ErrorClass, LookupError},
};

use super::{InProgressStatus, KeptAnswer, StoreError};

/// The reason why a delivery was rejected.
///
/// More reasons may follow; [`Rejection::status`](crate::Rejection::status) returns the status of
/// each one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The delivery was not verified. The [kind](crate::error::VerifyErrorKind) says what usually
    /// causes it.
    Verify(VerifyError),
    /// The delivery was verified, but cannot be read as the event that the handler takes. The
    /// [kind](crate::error::PayloadErrorKind) says what usually causes it.
    Payload(PayloadError),
    /// The body is larger than a limit outside of the verifier, such as the limit of a layer.
    OuterLimit,
    /// The body was not complete within the deadline. Usually the sender is slow: see
    /// [`Verifier::body_deadline`](crate::Verifier::body_deadline).
    Deadline,
    /// The body broke off. Usually the sender gave up or lost its connection.
    BrokenBody,
    /// The tenant's secrets could not be looked up. It is not known whether the delivery is
    /// genuine, so its provider has to send it again.
    Lookup(LookupError),
    /// The tenant's secrets were not looked up within the deadline for the body. Usually their
    /// source is overloaded.
    LookupDeadline,
    /// The request has no signature header, and the closure of
    /// [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned) answers it with 200. This is
    /// a handshake, and no failure. A handler that takes `Result<_, Rejection>` must return this
    /// rejection as the response, or the handshake fails.
    Handshake(Answer),
    /// The event was handled before.
    Duplicate {
        /// The first answer, if it was kept and was given to the same bytes.
        answer: Option<Box<KeptAnswer>>,
    },
    /// The event is being handled for another delivery.
    InProgress {
        /// The time until the other delivery's lease runs out.
        retry_after: Duration,
        /// The status of the answer.
        status: InProgressStatus,
    },
    /// The store of idempotency, or the engine of an inbox, failed. The log has all causes.
    Store(StoreError),
    /// The store of idempotency, or the engine of an inbox, did not answer within its deadline.
    /// Usually it is overloaded or out of reach.
    StoreDeadline,
    /// The application did not provide the handler's verifier: a mistake in the application. Add it
    /// with `.app_data(web::Data::new(verifier))`.
    MissingVerifier {
        /// The provider's type, with its path.
        provider: &'static str,
    },
    /// Two of the handler's verifiers look for the signature in the same header: a mistake in the
    /// application. Receive their deliveries at two URLs. Other names
    /// ([`Verifier::endpoint`](crate::Verifier::endpoint)) do not help.
    SharedHeader {
        /// The header.
        header: Box<str>,
        /// The names of the two endpoints.
        verifiers: [Box<str>; 2],
    },
    /// No layer or middleware has verified the request: a mistake in the application. Add one
    /// around the route.
    MissingProof {
        /// The type of the provider, with its path. If there are several providers, the type of the
        /// first one.
        provider: &'static str,
    },
    /// The application did not provide the extractor's `Idempotency`: a mistake in the application.
    /// Add it with `.app_data(web::Data::new(idempotency))`.
    MissingIdempotency,
    /// The handler takes `EventData` or `Unhandled`, but is not a handler of `Events`: a mistake in
    /// the application. Add the handler with `Events::on`, or take [`Webhook`](crate::Webhook)
    /// instead.
    MissingEvents,
    /// The handler takes `Attempt`, but is not called by the worker of an inbox: a mistake in the
    /// application. Give the handler to `Inbox::split`, and take `Option<Attempt>` if it also
    /// answers handshakes.
    MissingWorker,
}

impl Reason {
    /// Returns the status of the answer.
    pub(super) fn status(&self) -> u16 {
        match self {
            Self::Verify(error) => status_of(error.kind().class()),
            Self::Payload(error) => status_of(error.kind().class()),
            Self::Handshake(_) | Self::Duplicate { answer: None } => 200,
            Self::Duplicate { answer: Some(answer) } => answer.status,
            Self::InProgress { status, .. } => status.code(),
            Self::OuterLimit => 413,
            Self::Deadline => 408,
            Self::BrokenBody => 400,
            Self::Lookup(_) | Self::LookupDeadline | Self::Store(_) | Self::StoreDeadline => 503,
            Self::MissingVerifier { .. }
            | Self::MissingProof { .. }
            | Self::SharedHeader { .. }
            | Self::MissingIdempotency
            | Self::MissingEvents
            | Self::MissingWorker => 500,
        }
    }

    /// Returns the source of the inner error. The reason itself has the text of the inner error.
    pub(super) fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Verify(error) => error.source(),
            Self::Payload(error) => error.source(),
            Self::Lookup(error) => error.source(),
            Self::Store(error) => error.source(),
            Self::OuterLimit
            | Self::Deadline
            | Self::BrokenBody
            | Self::LookupDeadline
            | Self::Handshake(_)
            | Self::Duplicate { .. }
            | Self::InProgress { .. }
            | Self::StoreDeadline
            | Self::MissingVerifier { .. }
            | Self::SharedHeader { .. }
            | Self::MissingProof { .. }
            | Self::MissingIdempotency
            | Self::MissingEvents
            | Self::MissingWorker => None,
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
            Self::OuterLimit => f.write_str("the body is larger than a limit outside of the verifier, such as the limit of a layer"),
            Self::Deadline => f.write_str("the body was not complete within the deadline"),
            Self::BrokenBody => f.write_str("the body ended before it was complete"),
            Self::Duplicate { .. } => f.write_str("the event was handled before"),
            Self::InProgress { .. } => {
                f.write_str("the event is being handled for another delivery")
            }
            Self::Store(error) => error.fmt(f),
            Self::StoreDeadline => {
                f.write_str("the store did not answer within its deadline")
            }
            Self::MissingIdempotency => f.write_str(
                "Idempotency is not in the app data: add \
                 .app_data(web::Data::new(idempotency))",
            ),
            Self::MissingEvents => f.write_str(
                "EventData and Unhandled work only in handlers of Events: add the handler with \
                 Events::on, or take Webhook",
            ),
            Self::MissingWorker => f.write_str(
                "Attempt works only in handlers that the worker of an inbox calls: give the handler to \
                 Inbox::split, and take Option<Attempt> if it also answers handshakes",
            ),
            Self::MissingVerifier { provider } => write!(
                f,
                "Verifier<{provider}> is not in the app data: \
                 add .app_data(web::Data::new(verifier))"
            ),
            Self::SharedHeader { header, verifiers: [first, second] } => write!(
                f,
                "the verifiers of {first} and {second} both look for the signature in the header \
                 {header}: receive each provider at a URL of its own"
            ),
            Self::MissingProof { provider } => write!(
                f,
                "Verified<{provider}> is not in the request's extensions: put VerifyLayer \
                 (VerifyMiddleware on actix-web) around the service, and around the middleware of \
                 idempotency"
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
