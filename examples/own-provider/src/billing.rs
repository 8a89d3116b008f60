//! How billing signs, and what it tells. Its deliveries look like this:
//!
//! ```text
//! X-Billing-Signature: sha256=9a7b…
//!
//! {"delivery":"d_1","event":"invoice.paid","invoice":{"number":"2026-7","cents":1250}}
//! ```

use countersign::{
    Provider, Scheme,
    event::{EventAt, Location},
    events,
    providers::EndpointOf,
};
use serde::Deserialize;

/// The endpoint that billing delivers to.
pub(crate) struct Billing;

impl Provider for Billing {
    const NAME: &'static str = "billing";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Billing-Signature"]).prefix("sha256=");
    // `EventAt::ENVELOPE` where the members are called `id`, `type` and `data`.
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::Body(&["delivery"]))
        .event_type(Location::Body(&["event"]))
        .data("invoice");
}

/// A second endpoint, for Europe: the same scheme and the same members, with a secret of its own.
/// It has its own type, so that its deliveries cannot be mixed up with those of the first endpoint.
pub(crate) struct BillingEu;

impl EndpointOf for BillingEu {
    type Provider = Billing;
    const NAME: &'static str = "billing-eu";
}

events! {
    /// What is acted on. `Unknown` is added, and keeps everything else.
    pub(crate) enum Event for Billing {
        "invoice.paid" => Paid(Invoice),
        "invoice.voided" => Voided(Invoice),
    }
}

/// The members that matter here; others may come, and are passed over.
#[derive(Deserialize)]
pub(crate) struct Invoice {
    pub(crate) number: String,
    pub(crate) cents: u64,
}
