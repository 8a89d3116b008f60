//! Webhooks of Stripe.
//!
//! - Header: `Stripe-Signature: t=1492774577,v1=…[,v1=…][,v0=…]`. It holds 1 to 8 entries `v1`, and
//!   any of them may match: while a secret is being rolled, Stripe signs with both secrets. Entries
//!   of other names, including `v0`, are ignored.
//! - Signature: HMAC-SHA256 in hex over the timestamp, a dot and the body.
//! - Tolerance: 300 s, as in Stripe's own libraries.
//! - Secret: `whsec_…`, used as text, including the prefix.
//! - The event's `id` (`evt_…`) and `type` are in the body, and are therefore signed.
//!
//! Source: <https://docs.stripe.com/webhooks#verify-manually>.
//!
//! # Where the secret is
//!
//! In the dashboard: Workbench, Webhooks, the endpoint, "Signing secret". Each endpoint has its
//! own. `stripe listen` prints another one, for the deliveries that it forwards. The signing secret
//! is not the API key.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Stripe, stripe};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_stripe(Webhook { event, .. }: Webhook<stripe::Event>) -> StatusCode {
//!     #[derive(serde::Deserialize)]
//!     struct Invoice { id: String }
//!     match (event.event_type.as_str(), &event.object) {
//!         ("invoice.paid", Some(object)) => match object.parse::<Invoice>() {
//!             Ok(invoice) => println!("{} is paid", invoice.id),
//!             Err(error) => println!("not an invoice: {error}"),
//!         },
//!         // Accept all other types: Stripe adds types, and sends rejected events again.
//!         (other, _) => println!("{other}: {}", event.json.as_str()),
//!     }
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
//! let verifier = Verifier::<Stripe>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/stripe", post(on_stripe)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Stripe>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"object":{"id":"in_1"}}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/stripe")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/stripe")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`, which holds the `object`. To read the members beside them, such as `livemode`, parse the
//! verified bytes as a second type. A handler takes the event as `Webhook<InvoiceEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Stripe};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Data { object: Invoice }
//! #[derive(serde::Deserialize)]
//! pub struct Invoice { id: String }
//!
//! events! {
//!     pub enum InvoiceEvent for Stripe { "invoice.paid" => Paid(Data) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { livemode: bool }
//!
//! let body = r#"{"id":"evt_1","type":"invoice.paid","livemode":false,
//!     "data":{"object":{"id":"in_1"}}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
//! # let signer = Signer::<Stripe>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<Stripe>::new(secret)?.verify(&headers, body)?;
//! let event = InvoiceEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, InvoiceEvent::Paid(data) if data.object.id == "in_1"));
//! assert!(!verified.json::<Members>()?.livemode);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Each attempt is signed anew, with its own time, so a retry is not stale. If a gateway forwards
//!   a delivery later, the delivery still has its old time: see
//!   [`Verifier::tolerance`](crate::Verifier::tolerance).
//! - Events arrive in any order, and more than once: the `id` identifies a duplicate.
//! - Stripe waits some seconds for 2xx, and retries for up to three days: do slow work after the
//!   answer.
//! - Thin events (their `object` is `v2.core.event`) are signed in the same way, and have no
//!   `data.object`: fetch the object from the API.
//! - `data.object` has the shape of the event's `api_version`, which may be older than the version
//!   that your program was written for.

use std::{borrow::Cow, fmt};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    PayloadError, Provider, Scheme,
    event::{Delivery, EventAt, RawEnvelope, RawJson, json},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Stripe as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Stripe;

impl Provider for Stripe {
    const NAME: &'static str = "stripe";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Stripe-Signature"])
        .list(',', '=', "v1")
        .timestamp(Timestamp::entry("t", TimestampUnit::Seconds))
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// An event of Stripe: the members that events of all types can have, and the event's object as
/// text.
///
/// Only the type is required. A member that is absent, or that has another shape than Stripe
/// documents, is `None`.
///
/// `Debug` shows nothing of the payload.
#[derive(Clone)]
#[non_exhaustive]
pub struct Event {
    /// The event's id: `evt_…`.
    pub id: Option<String>,
    /// The type, such as `invoice.paid`.
    pub event_type: String,
    /// The time of the event, in seconds since 1970. Thin events have it as text, in `json`.
    pub created: Option<u64>,
    /// Is `true` if the event is about real money.
    pub livemode: Option<bool>,
    /// The version of the API that determines the shape of the object.
    pub api_version: Option<String>,
    /// The connected account in which the event happened (`acct_…`). `None` for your own account.
    pub account: Option<String>,
    /// The object of the event, such as an invoice: `data.object`.
    pub object: Option<RawJson>,
    /// The former values of the updated members: `data.previous_attributes`.
    pub previous_attributes: Option<RawJson>,
    /// The whole event, an object.
    pub json: RawJson,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Members<'a> {
    #[serde(borrow)]
    created: Option<&'a RawValue>,
    #[serde(borrow)]
    livemode: Option<&'a RawValue>,
    #[serde(borrow)]
    api_version: Option<&'a RawValue>,
    #[serde(borrow)]
    account: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    object: Option<&'a RawValue>,
    #[serde(borrow)]
    previous_attributes: Option<&'a RawValue>,
}

impl crate::Event for Event {
    type Provider = Stripe;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let envelope = RawEnvelope::read(delivery)?;
        let members: Members<'_> = json::members(envelope.body());
        let data: Data<'_> = envelope.data_text().map(json::members).unwrap_or_default();
        Ok(Self {
            created: json::fitting(members.created),
            livemode: json::fitting(members.livemode),
            api_version: json::fitting(members.api_version),
            account: json::fitting(members.account),
            object: json::fitting(data.object),
            previous_attributes: json::fitting(data.previous_attributes),
            json: RawJson::new(envelope.body()),
            id: envelope.id.map(Cow::into_owned),
            event_type: envelope.event_type.into_owned(),
        })
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event").field("json", &self.json).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{Event, Stripe};
    use crate::{Event as _, Secret, Signer, Verifier, error::PayloadErrorKind};

    fn parse(body: &str) -> Result<Event, PayloadErrorKind> {
        let secret = Secret::new("whsec_1").unwrap();
        let signer = Signer::<Stripe>::new(secret.clone()).unwrap();
        let headers = signer.at(SystemTime::now()).sign(body.as_bytes()).unwrap();
        let verified = Verifier::<Stripe>::new(secret).unwrap().verify(&headers, body).unwrap();
        Event::parse(&verified.delivery(&headers)).map_err(|error| error.kind())
    }

    #[test]
    fn reads_the_common_members() {
        let event = parse(
            r#" {"id":"evt_1","object":"event","account":"acct_1","api_version":"2025-10-29",
                "created":1763719200,"livemode":false,"pending_webhooks":1,"type":"price.updated",
                "data":{"object":{"id":"price_1"},"previous_attributes":{"active":true}}} "#,
        )
        .unwrap();
        assert_eq!(event.id.as_deref(), Some("evt_1"));
        assert_eq!(event.event_type, "price.updated");
        assert_eq!((event.created, event.livemode), (Some(1_763_719_200), Some(false)));
        assert_eq!(event.api_version.as_deref(), Some("2025-10-29"));
        assert_eq!(event.account.as_deref(), Some("acct_1"));
        assert_eq!(event.object.as_ref().map(|json| json.as_str()), Some(r#"{"id":"price_1"}"#));
        assert_eq!(event.previous_attributes.unwrap().as_str(), r#"{"active":true}"#);
        assert!(event.json.as_str().ends_with('}'));
    }

    #[test]
    fn accepts_thin_events_and_members_of_other_shapes() {
        let event = parse(
            r#"{"id":"evt_1","object":"v2.core.event","type":"v1.billing.meter.no_meter_found",
                "created":"2026-11-21T10:00:00.000Z","livemode":"yes","api_version":null}"#,
        )
        .unwrap();
        assert_eq!(event.event_type, "v1.billing.meter.no_meter_found");
        assert_eq!((event.created, event.livemode, event.api_version), (None, None, None));
        assert!(event.object.is_none() && event.previous_attributes.is_none());

        assert!(parse(r#"{"type":"a","data":[]}"#).unwrap().object.is_none());
        assert!(parse(r#"{"type":"a","data":{"object":null}}"#).unwrap().object.is_none());
        assert_eq!(parse(r#"{"id":"evt_1"}"#).unwrap_err(), PayloadErrorKind::MissingType);
    }
}
