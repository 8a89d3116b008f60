//! Reports deliveries to spans and log lines, and to `metrics` if the feature is on.
//!
//! The code that decides a verdict, a rejection, a claim or the end of a handler reports it here,
//! and nowhere else. All frameworks therefore count in the same way.

#![cfg_attr(
    not(all(feature = "actix-web", feature = "axum", feature = "idempotency", feature = "tower")),
    allow(dead_code, unused_imports, reason = "each feature uses a part of it")
)]

mod handling;
#[cfg(feature = "inbox")]
pub(crate) mod inbox;
mod outcome;
mod receipt;
mod span;

#[cfg(feature = "idempotency")]
use std::borrow::Cow;

pub(crate) use handling::{Handling, set_event_type};
pub(crate) use outcome::{ClaimOutcome, Outcome};
pub(crate) use receipt::Receipt;

#[cfg(feature = "metrics")]
use crate::metrics;
use crate::surface::Rejection;

/// Reports that a delivery is rejected, or that its event is not handled.
#[inline]
pub(crate) fn rejected(rejection: &Rejection) {
    #[cfg(feature = "metrics")]
    metrics::rejected(rejection);
    #[cfg(not(feature = "metrics"))]
    let _ = rejection;
}

/// Reports the result of claiming an event.
#[cfg(feature = "idempotency")]
#[inline]
pub(crate) fn claimed<'a>(endpoint: impl FnOnce() -> Cow<'a, str>, outcome: ClaimOutcome) {
    #[cfg(feature = "metrics")]
    metrics::claimed(&endpoint(), outcome);
    #[cfg(not(feature = "metrics"))]
    let _ = (endpoint, outcome);
}
