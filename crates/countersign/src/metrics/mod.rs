//! Metrics for operators, over the facade of the crate [`metrics`](https://docs.rs/metrics).
//!
//! Install a recorder, such as `metrics-exporter-prometheus`, and the metrics below are counted. All
//! frameworks count in the same way. A recorder that is installed later gets the deliveries from
//! then on.
//!
//! | name | kind, unit | labels | counted |
//! |---|---|---|---|
//! | [`webhook_deliveries_total`](DELIVERIES) | counter | `endpoint`, `provider`, `outcome`: `accepted`, `rejected`, `unavailable` | each delivery, with its verdict |
//! | [`webhook_events_total`](EVENTS) | counter | `endpoint`, `outcome`: `first`, `duplicate`, `in_progress`, `unavailable` | each claim of an event (feature `idempotency`) |
//! | [`webhook_rejections_total`](REJECTIONS) | counter | `endpoint`, `reason` | each rejection, with its reason |
//! | [`webhook_receive_duration_seconds`](RECEIVE_DURATION) | histogram, seconds | `endpoint`, `outcome` | from the headers to the verdict |
//! | [`webhook_body_bytes`](BODY) | histogram, bytes | `endpoint` | the signed text of each accepted delivery |
//! | [`webhook_signature_matches_total`](MATCHES) | counter | `endpoint`, `secret`: `current`, `retired_1` to `retired_3`; `form` | each accepted delivery |
//! | [`webhook_delivery_lag_seconds`](LAG) | histogram, seconds | `endpoint` | from the signed time to the verdict, for schemes that sign the time; a time in the future counts as 0 |
//! | [`webhook_last_delivery_timestamp_seconds`](LAST_DELIVERY) | gauge, seconds since 1970 | `endpoint` | the last accepted delivery |
//! | [`webhook_handle_duration_seconds`](HANDLE_DURATION) | histogram, seconds | `endpoint`, `event_type`, `outcome`: `success` (2xx), `failure` | the call of the handler, behind a layer or a middleware; rejections are not counted here |
//!
//! The outcome `unavailable` means that it is not known whether the delivery is genuine, or whether
//! the event is new: the secrets of the tenant or the store are out of reach, or the application
//! lacks a setting.
//!
//! `reason` is the [name](crate::error::VerifyErrorKind::name) of the error, such as `mismatch` or
//! `wrong_shape`, or `outer_limit`, `deadline`, `broken_body`, `lookup`, `store` or
//! `misconfigured`. Handshakes, duplicates and events in progress are not rejections.
//!
//! `event_type` is a type that the application lists, in `Events` or in an enum of
//! [`events!`](crate::events), or `other`. A handler that is called through a channel, such as
//! behind tower's `Buffer`, reports `other`. An extractor without a middleware never sees its handler
//! end, so such handlers are not counted.
//!
//! `endpoint` is the [name of the verifier](crate::Verifier::endpoint). If none of several verifiers
//! was chosen, it is the names of all providers, such as `github|x-webhook-signature`.
//!
//! # Security
//!
//! No label holds a tenant, an id, a path, a secret, or other text of the sender, so that the sender
//! cannot add time series.
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
    not(feature = "idempotency"),
    allow(dead_code, unused_imports, reason = "no event is claimed")
)]

mod clock;
mod descriptions;
mod endpoint;
mod handles;

use std::time::{Duration, Instant, UNIX_EPOCH};

use ::metrics::SharedString;

use crate::{
    adapter::VerifiedDelivery,
    observe::{ClaimOutcome, Outcome},
    surface::Rejection,
};

/// Counter of deliveries, by their verdict.
pub const DELIVERIES: &str = "webhook_deliveries_total";

/// Counter of claims of events, by their result.
pub const EVENTS: &str = "webhook_events_total";

/// Counter of rejections, by their reason.
pub const REJECTIONS: &str = "webhook_rejections_total";

/// Histogram of the time from the headers to the verdict, in seconds.
pub const RECEIVE_DURATION: &str = "webhook_receive_duration_seconds";

/// Histogram of the length of the signed text, in bytes.
pub const BODY: &str = "webhook_body_bytes";

/// Counter of accepted deliveries, by the secret and the body form that matched.
pub const MATCHES: &str = "webhook_signature_matches_total";

/// Histogram of the time from the signed time to the verdict, in seconds.
pub const LAG: &str = "webhook_delivery_lag_seconds";

/// Gauge of the time of the last accepted delivery, in seconds since 1970.
pub const LAST_DELIVERY: &str = "webhook_last_delivery_timestamp_seconds";

/// Histogram of the time that handlers take, in seconds.
pub const HANDLE_DURATION: &str = "webhook_handle_duration_seconds";

/// Counts an accepted delivery.
pub(crate) fn accepted(delivery: &VerifiedDelivery, began: Instant, verdict: Instant) {
    let now = clock::at(verdict);
    let lag = delivery.signed_at().map(|signed| now.duration_since(signed).unwrap_or_default());
    handles::with(delivery.endpoint(), |endpoint| {
        endpoint.verdict(delivery.provider(), Outcome::Accepted, Some(verdict - began));
        endpoint.matched(delivery.secret_index(), delivery.form().name());
        endpoint.body().record(delivery.bytes().len() as f64);
        if let Some(lag) = lag {
            endpoint.lag().record(lag);
        }
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        endpoint.last_delivery().set(now.as_secs_f64());
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
            endpoint.verdict(&provider, verdict, rejection.since());
        }
    });
}

/// Counts the claim of an event.
pub(crate) fn claimed(endpoint: &str, outcome: ClaimOutcome) {
    handles::with(endpoint, |endpoint| endpoint.claimed(outcome));
}

/// Counts the call of a handler.
pub(crate) fn handled(
    endpoint: &str,
    event_type: Option<SharedString>,
    is_success: bool,
    took: Duration,
) {
    handles::with(endpoint, |endpoint| endpoint.handled(event_type, is_success, took));
}

/// Returns the name of an endpoint, which clones share.
pub(crate) fn shared_name(endpoint: &str) -> SharedString {
    handles::with(endpoint, |endpoint| endpoint.name.clone())
}
