//! The facts about a rejection that spans and metrics report.

use std::borrow::Cow;
#[cfg(feature = "metrics")]
use std::time::Duration;

use countersign_core::error::ErrorClass;

use super::{Reason, Rejection};
#[cfg(feature = "metrics")]
use crate::metrics::Instant;
use crate::{observe::Outcome, surface::names::Names};

impl Rejection {
    /// Returns the names of the providers, if the reason is about a provider.
    pub(crate) fn provider(&self) -> Option<Cow<'static, str>> {
        self.names.map(Names::joined)
    }

    /// Returns the name of the endpoint, or the names of all providers if none of several verifiers
    /// was chosen.
    pub(crate) fn endpoint(&self) -> Option<Cow<'_, str>> {
        match self.names {
            Some(names @ Names::Both(..)) => Some(names.joined()),
            names => self.custom.endpoint().map(Cow::Borrowed).or(names.map(Names::joined)),
        }
    }

    /// Returns the verdict on the delivery. Returns `None` for handshakes, and for rejections that
    /// come after the verdict.
    pub(crate) fn verdict(&self) -> Option<Outcome> {
        match &self.reason {
            Reason::Verify(error) if error.kind().class() != ErrorClass::Misconfigured => {
                Some(Outcome::Rejected)
            }
            Reason::OuterLimit | Reason::Deadline | Reason::BrokenBody => Some(Outcome::Rejected),
            Reason::Verify(_)
            | Reason::Lookup(_)
            | Reason::LookupDeadline
            | Reason::MissingVerifier { .. }
            | Reason::SharedHeader { .. }
            | Reason::MissingProof { .. } => Some(Outcome::Unavailable),
            Reason::Payload(_)
            | Reason::Handshake(_)
            | Reason::Duplicate { .. }
            | Reason::InProgress { .. }
            | Reason::Store(_)
            | Reason::StoreDeadline
            | Reason::MissingIdempotency
            | Reason::MissingEvents
            | Reason::MissingWorker => None,
        }
    }
}

#[cfg(any(feature = "explain", feature = "metrics"))]
impl Rejection {
    /// Returns the value of the label `reason`. Returns `None` for reasons that are not failures.
    pub(crate) fn label(&self) -> Option<&'static str> {
        Some(match &self.reason {
            Reason::Handshake(_) | Reason::Duplicate { .. } | Reason::InProgress { .. } => {
                return None;
            }
            Reason::Verify(error) => error.kind().name(),
            Reason::Payload(error) => error.kind().name(),
            Reason::OuterLimit => "outer_limit",
            Reason::Deadline => "deadline",
            Reason::BrokenBody => "broken_body",
            Reason::Lookup(_) => "lookup",
            Reason::LookupDeadline => "lookup_deadline",
            Reason::Store(_) => "store",
            Reason::StoreDeadline => "store_deadline",
            Reason::MissingVerifier { .. }
            | Reason::SharedHeader { .. }
            | Reason::MissingProof { .. }
            | Reason::MissingIdempotency
            | Reason::MissingEvents
            | Reason::MissingWorker => "misconfigured",
        })
    }
}

#[cfg(feature = "metrics")]
impl Rejection {
    /// Notes the time at which the headers of the delivery arrived.
    pub(crate) fn set_began(&mut self, began: Instant) {
        self.began = Some(began);
    }

    /// Returns the time since the headers of the delivery arrived.
    pub(crate) fn since(&self) -> Option<Duration> {
        self.began.as_ref().map(Instant::elapsed)
    }
}
