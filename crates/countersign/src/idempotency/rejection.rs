//! The one mapping from what a store said to an answer.

use std::{error::Error, fmt, time::Duration};

use bytes::Bytes;

use super::{InProgressStatus, KeptAnswer, StoreError};
use crate::{log, log::causes::Causes};

/// A verified delivery that is not handled, and what its sender is told.
///
/// | reason | answer |
/// |---|---|
/// | the event is done | 200, or the first answer if it was kept for the same bytes; `Idempotent-Replayed: true` |
/// | the event is being worked on | 503 unless [set](super::Idempotency::in_progress_status), `Retry-After` |
/// | the store is out of reach, or too slow | 503, `Retry-After: 5` |
/// | a setting of yours is missing | 500 |
///
/// The `Retry-After` of an event that is being worked on is the rest of the other delivery's lease,
/// in whole seconds, rounded up, at least 1. After that time the event is done, or free to be
/// claimed.
///
/// It is in the extensions of the response, and it is logged under the target
/// `countersign::idempotency`: a mistake of yours at `ERROR`, a store that fails at `WARN`, a
/// duplicate at `DEBUG`.
///
/// # Security
///
/// What a store said of its failure is in the log alone.
#[derive(Clone, Debug)]
pub struct Rejection {
    reason: Reason,
    in_progress: InProgressStatus,
}

/// Why a delivery is not handled.
///
/// More reasons may follow; [`Rejection::status`] tells what each one means.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Reason {
    /// It was handled before.
    Done {
        /// The first answer, if it was kept, and was given to the same bytes.
        answer: Option<KeptAnswer>,
    },
    /// It is being handled.
    InProgress {
        /// When the other worker's lease will have run out.
        retry_after: Duration,
    },
    /// The store failed.
    Store(StoreError),
    /// The store did not answer in time.
    StoreDeadline,
    /// Nothing around the middleware has verified the request: a mistake of yours.
    MissingProof {
        /// The type of the verifier that was to be there, with its path.
        verifier: &'static str,
    },
    /// The extractor's [`Idempotency`](super::Idempotency) was not given to the application: a
    /// mistake of yours.
    MissingIdempotency,
}

impl Rejection {
    /// Answers a delivery for this reason, and tells the operator: for handlers that find
    /// duplicates by other means, such as in a transaction of their own.
    #[must_use]
    pub fn new(reason: Reason) -> Self {
        reason.log();
        Self { reason, in_progress: InProgressStatus::default() }
    }

    /// Sets the status for an event that is being worked on. [`Idempotency`](super::Idempotency)
    /// sets it for its own rejections.
    #[must_use]
    pub fn in_progress_status(self, in_progress: InProgressStatus) -> Self {
        Self { in_progress, ..self }
    }

    /// Why the delivery is not handled.
    #[must_use]
    pub fn reason(&self) -> &Reason {
        &self.reason
    }

    /// The answer's status.
    #[must_use]
    pub fn status(&self) -> u16 {
        match &self.reason {
            Reason::Done { answer } => answer.as_ref().map_or(200, |answer| answer.status),
            Reason::InProgress { .. } => self.in_progress.code(),
            Reason::Store(_) | Reason::StoreDeadline => 503,
            Reason::MissingProof { .. } | Reason::MissingIdempotency => 500,
        }
    }

    /// The answer's body.
    #[must_use]
    pub fn body(&self) -> Bytes {
        Bytes::from_static(match &self.reason {
            Reason::Done { answer: Some(answer) } => return answer.body.clone(),
            Reason::Done { answer: None } => br#"{"duplicate":true}"#,
            Reason::InProgress { .. } => br#"{"error":"In progress"}"#,
            Reason::Store(_) | Reason::StoreDeadline => br#"{"error":"Service unavailable"}"#,
            Reason::MissingProof { .. } | Reason::MissingIdempotency => {
                br#"{"error":"Internal server error"}"#
            }
        })
    }

    /// The answer's header fields, but for the body's length. Values of a kept answer are what a
    /// handler once sent.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, Bytes)> {
        let text = |text: &'static str| Bytes::from_static(text.as_bytes());
        let content_type = match &self.reason {
            Reason::Done { answer: Some(answer) } => answer.content_type.clone(),
            _ => text("application/json"),
        };
        let content_type = Some(content_type).filter(|value| !value.is_empty());
        let special = match &self.reason {
            Reason::Done { .. } => Some(("idempotent-replayed", text("true"))),
            Reason::InProgress { retry_after } => {
                Some(("retry-after", whole_seconds(*retry_after).to_string().into()))
            }
            Reason::Store(_) | Reason::StoreDeadline => Some(("retry-after", text(RETRY_AFTER))),
            Reason::MissingProof { .. } | Reason::MissingIdempotency => None,
        };
        content_type.map(|value| ("content-type", value)).into_iter().chain(special)
    }
}

impl Reason {
    /// Returns the store's error and its causes, for the log.
    pub(super) fn causes(&self) -> Option<Causes<'_>> {
        match self {
            Self::Store(error) => Causes::of(error),
            _ => None,
        }
    }

    fn log(&self) {
        match self {
            Self::Done { .. } | Self::InProgress { .. } => {
                tracing::debug!(target: log::IDEMPOTENCY, "a delivery is not handled: {self}");
            }
            Self::Store(_) | Self::StoreDeadline => {
                let cause = self.causes().map(tracing::field::display);
                tracing::warn!(target: log::IDEMPOTENCY, cause, "a delivery is not handled: {self}");
            }
            Self::MissingProof { .. } | Self::MissingIdempotency => {
                tracing::error!(target: log::IDEMPOTENCY, "a delivery is not handled: {self}");
            }
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
        match &self.reason {
            Reason::Store(error) => error.source(),
            Reason::Done { .. }
            | Reason::InProgress { .. }
            | Reason::StoreDeadline
            | Reason::MissingProof { .. }
            | Reason::MissingIdempotency => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done { .. } => f.write_str("the event is done"),
            Self::InProgress { .. } => f.write_str("the event is being worked on"),
            Self::Store(error) => error.fmt(f),
            Self::StoreDeadline => f.write_str("the idempotency store did not answer in time"),
            Self::MissingProof { verifier } => write!(
                f,
                "what {verifier} verified is not in the request's extensions: is the layer that \
                 verifies around the one for idempotency?"
            ),
            Self::MissingIdempotency => f.write_str(
                "Idempotency is not in the app data: \
                 add .app_data(web::Data::new(idempotency))",
            ),
        }
    }
}

/// Rounds up, so that the lease has run out when a sender that waited this long tries again.
fn whole_seconds(time: Duration) -> u64 {
    time.as_secs().saturating_add(u64::from(time.subsec_nanos() > 0)).max(1)
}

/// Seconds: time for a store to come back, and short beside the schedules of providers.
const RETRY_AFTER: &str = "5";
