//! Metrics for operators, reported through the crate [`metrics`](https://docs.rs/metrics).
//!
//! Install a recorder, such as `metrics-exporter-prometheus`. It then gets the metrics of this
//! table, which are the same on all frameworks. Deliveries that arrive before the recorder is
//! installed are not counted.
//!
//! | name | kind, unit | labels | what it counts or measures |
//! |---|---|---|---|
//! | [`webhook_deliveries_total`](DELIVERIES) | counter | `endpoint`, `provider`, `outcome`: `accepted`, `rejected`, `unavailable` | each delivery, with its verdict |
//! | [`webhook_events_total`](EVENTS) | counter | `endpoint`, `outcome`: `first`, `duplicate`, `in_progress`, `unavailable` | each claim of an event (feature `idempotency`) |
//! | [`webhook_rejections_total`](REJECTIONS) | counter | `endpoint`, `reason` | each rejection, with its reason |
//! | [`webhook_receive_duration_seconds`](RECEIVE_DURATION) | histogram, seconds | `endpoint`, `outcome` | the time from the headers to the verdict |
//! | [`webhook_body_bytes`](BODY) | histogram, bytes | `endpoint` | the length of the signed text of each accepted delivery |
//! | [`webhook_signature_matches_total`](MATCHES) | counter | `endpoint`, `secret`: `current`, `retired_1` to `retired_3`; `form` | each accepted delivery, by the secret and the [body form](crate::scheme::BodyForm::name) that matched |
//! | [`webhook_delivery_lag_seconds`](LAG) | histogram, seconds | `endpoint` | the age of the signed time at the verdict, for schemes that sign the time; a time in the future counts as 0 |
//! | [`webhook_last_delivery_timestamp_seconds`](LAST_DELIVERY) | gauge, seconds since 1970 | `endpoint` | the time of the last accepted delivery |
//! | [`webhook_handle_duration_seconds`](HANDLE_DURATION) | histogram, seconds | `endpoint`, `event_type`, `outcome`: `success` (2xx), `failure` | the time from the verdict to the answer of the handler, behind a layer or a middleware, except answers of this crate itself (a [`Rejection`], or [`RECEIVED`](crate::inbox::RECEIVED)). In the worker of an inbox: the time of one attempt; `success` means that the delivery is done |
//! | [`webhook_attempts_total`](ATTEMPTS) | counter | `endpoint`, `event_type`, `outcome`: `done`, `retry`, `dead` | each attempt of an inbox (feature `inbox`) |
//! | [`webhook_inbox_deliveries`](INBOX_DELIVERIES) | gauge | `endpoint`, `state`: `ready`, `waiting`, `running`, `dead` | the deliveries of an inbox that are not done, every 10 s |
//! | [`webhook_inbox_oldest_ready_seconds`](INBOX_OLDEST_READY) | gauge, seconds | `endpoint` | the time since the oldest delivery that is ready became due; 0 if none is ready |
//! | [`webhook_inbox_up`](INBOX_UP) | gauge | `endpoint` | 1 while a worker reaches its engine, otherwise 0 |
//!
//! The outcome `unavailable` means that this crate could not decide: it does not know if the
//! delivery is genuine, or if the event is new. The tenant's secrets or the store are out of reach,
//! or the application is not set up correctly.
//!
//! `reason` is one of these values:
//! - the name of the error, such as `mismatch` ([`VerifyErrorKind::name`]) or `wrong_shape`
//!   ([`PayloadErrorKind::name`]);
//! - `outer_limit`, `deadline`, `broken_body`, `lookup`, `lookup_deadline`, `store`,
//!   `store_deadline` or `misconfigured`, for other rejections.
//!
//! Handshakes, duplicates and events in progress are not counted as rejections.
//!
//! `event_type` is a name that the application lists: a type in an enum of
//! [`events!`](crate::events), or a name or a prefix (`user.*`) in `Events`. For all other events
//! it is `other`. It is also `other` if the handler is called through a channel, such as behind
//! tower's `Buffer`. An extractor without a middleware cannot see when its handler ends, so such
//! handlers are not counted.
//!
//! `endpoint` is the [name of the verifier](crate::Verifier::endpoint). If none of several
//! verifiers was chosen, it holds the names of all providers, such as `github|x-webhook-signature`.
//! It can be empty if `reason` is `misconfigured`.
//!
//! [`VerifyErrorKind::name`]: crate::error::VerifyErrorKind::name
//! [`PayloadErrorKind::name`]: crate::error::PayloadErrorKind::name
//!
//! # Security
//!
//! No label holds a tenant, a secret, an id, a path or any other text of the sender. A sender can
//! therefore not add time series.
//!
//! # Examples
//!
//! ```
//! assert_eq!(countersign::metrics::DELIVERIES, "webhook_deliveries_total");
//! ```
//!
//! Guide: [what to watch][guide]
//!
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/watching/index.html

#![cfg_attr(
    not(all(feature = "idempotency", any(feature = "actix-web", feature = "axum"))),
    allow(dead_code, unused_imports, reason = "each feature uses a part of it")
)]

mod clock;
mod descriptions;
mod endpoint;
mod handles;
mod listed;

use std::time::Duration;

pub(crate) use listed::listed;
// Reading this clock takes half the time of reading the clock of the standard library.
pub(crate) use quanta::Instant;

use crate::{adapter::VerifiedDelivery, observe::ClaimOutcome, surface::Rejection};

/// Counter of deliveries, by their verdict.
pub const DELIVERIES: &str = "webhook_deliveries_total";

/// Counter of claims of events, by their result.
pub const EVENTS: &str = "webhook_events_total";

/// Counter of rejections, by their reason.
pub const REJECTIONS: &str = "webhook_rejections_total";

/// Histogram of the time from the headers to the verdict, in seconds.
pub const RECEIVE_DURATION: &str = "webhook_receive_duration_seconds";

/// Histogram of the length of the signed text of accepted deliveries, in bytes.
pub const BODY: &str = "webhook_body_bytes";

/// Counter of accepted deliveries, by the secret and the body form that matched.
pub const MATCHES: &str = "webhook_signature_matches_total";

/// Histogram of the age of the signed time at the verdict, in seconds.
pub const LAG: &str = "webhook_delivery_lag_seconds";

/// Gauge of the time of the last accepted delivery, in seconds since 1970.
pub const LAST_DELIVERY: &str = "webhook_last_delivery_timestamp_seconds";

/// Histogram of the time from the verdict to the answer of the handler, or of one attempt of an
/// inbox, in seconds.
pub const HANDLE_DURATION: &str = "webhook_handle_duration_seconds";

/// Counter of the attempts of an inbox, by their outcome.
pub const ATTEMPTS: &str = "webhook_attempts_total";

/// Gauge of the deliveries of an inbox that are not done, by their state.
pub const INBOX_DELIVERIES: &str = "webhook_inbox_deliveries";

/// Gauge of the time since the oldest delivery that is ready became due, in seconds.
pub const INBOX_OLDEST_READY: &str = "webhook_inbox_oldest_ready_seconds";

/// Gauge that is 1 while a worker reaches the engine of its inbox, and otherwise 0.
pub const INBOX_UP: &str = "webhook_inbox_up";

/// Counts an accepted delivery.
pub(crate) fn accepted(delivery: &VerifiedDelivery, began: Instant, verdict: Instant) {
    let now = clock::at(verdict);
    handles::with(delivery.endpoint(), |endpoint| {
        endpoint.accepted(delivery, now, verdict - began);
    });
}

/// Counts a rejection.
pub(crate) fn rejected(rejection: &Rejection) {
    let Some(reason) = rejection.label() else { return };
    let endpoint = rejection.endpoint().unwrap_or_default();
    let provider = rejection.provider().unwrap_or_default();
    handles::with(&endpoint, |endpoint| {
        endpoint.rejected(reason);
        if let Some(verdict) = rejection.verdict() {
            endpoint.not_accepted(&provider, verdict, rejection.since());
        }
    });
}

/// Counts an attempt of an inbox.
#[cfg(feature = "inbox")]
pub(crate) fn attempted(endpoint: &str, event_type: Option<&'static str>, outcome: &'static str) {
    handles::with(endpoint, |endpoint| endpoint.attempted(event_type, outcome));
}

/// Reports whether the engine of an inbox can be reached.
#[cfg(feature = "inbox")]
pub(crate) fn inbox_up(endpoint: &str, is_up: bool) {
    handles::with(endpoint, |endpoint| endpoint.inbox().up.set(f64::from(u8::from(is_up))));
}

/// Reports the numbers of an inbox. `None` means that no delivery is left to do.
#[cfg(feature = "inbox")]
pub(crate) fn inbox_stats(endpoint: &str, stats: Option<&crate::inbox::Stats>) {
    handles::with(endpoint, |endpoint| endpoint.inbox().report(stats));
}

/// Counts the claim of an event.
pub(crate) fn claimed(endpoint: &str, outcome: ClaimOutcome) {
    handles::with(endpoint, |endpoint| endpoint.claimed(outcome));
}

/// Counts the call of a handler.
pub(crate) fn handled(
    endpoint: &str,
    event_type: Option<&'static str>,
    is_success: bool,
    took: Duration,
) {
    handles::with(endpoint, |endpoint| endpoint.handled(event_type, is_success, took));
}
