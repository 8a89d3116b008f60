//! Webhooks with `X-Webhook-Signature`, the convention of many in-house systems.
//!
//! - Header: `X-Webhook-Signature`.
//! - Signature: HMAC-SHA256 in hex over the raw body, with the secret's whole text, even if it
//!   begins with `whsec_`.
//! - No timestamp is signed. The id is in the body, and is therefore signed.
//! - Body: `{"id", "type", "created_at"?, "data", "previous_data"?}` in two shapes: [`objects`] has
//!   the resource under `data.object`, and [`flat`] has it in `data`. [`Event`] accepts both.
//!
//! # Where the secret is
//!
//! With the endpoint, in the console of the system that sends.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{XWebhookSignature, x_webhook_signature};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_event(Webhook { event, .. }: Webhook<x_webhook_signature::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.id(), event.event_type());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "your_webhook_secret";
//! let verifier = Verifier::<XWebhookSignature>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/webhooks", post(on_event)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<XWebhookSignature>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/webhooks")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/webhooks")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. An [`Envelope`](crate::event::Envelope) around the data also holds `id`, `created_at`
//! and `previous_data`. To read other members, parse the verified bytes as a second type. A handler
//! takes the event as `Webhook<FileEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, event::Envelope, events, providers::XWebhookSignature};
//!
//! #[derive(serde::Deserialize)]
//! pub struct File { id: String, name: String }
//!
//! events! {
//!     pub enum FileEvent for XWebhookSignature { "file.uploaded" => Uploaded(Envelope<File>) }
//! }
//!
//! let body = r#"{"id":"evt_1","type":"file.uploaded","created_at":"2025-02-18T10:35:00Z",
//!     "data":{"id":"f_1","name":"a.pdf"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("your_webhook_secret")?;
//! # let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
//! let event = FileEvent::parse(&verified.delivery(&headers))?;
//! assert_eq!(event.id(), Some("evt_1"));
//! let FileEvent::Uploaded(uploaded) = event else { panic!() };
//! assert_eq!((&*uploaded.data.id, &*uploaded.data.name), ("f_1", "a.pdf"));
//! assert_eq!(uploaded.created_at.as_deref(), Some("2025-02-18T10:35:00Z"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - One documented receiver of the flat shape verifies `JSON.stringify(JSON.parse(body))`. If a
//!   sender signs that text and sends another, opt in with
//!   [`Verifier::forms`](crate::Verifier::forms) and
//!   [`BodyForm::JavaScript`](crate::scheme::BodyForm).
//! - The header does not identify a scheme: Cashfree (base64, timestamped), Bridge.xyz (RSA) and
//!   others use the same header for other schemes.
//! - A sender that copies GitHub's header, `X-Hub-Signature-256: sha256=...`, needs [a provider of
//!   your own][own], with `.prefix("sha256=")` and [`EventAt::ENVELOPE`].
//! - The senders of both shapes expect 2xx within 5 s and try five times: at once, after 1 min
//!   (flat: 30 s), 5 min, 30 min and 2 h. The sender of the first shape then disables the endpoint.
//! - No time is signed: an old delivery can be replayed, and its `id` identifies it.
//!
//! [own]: https://docs.rs/countersign/latest/countersign/_guide/own_provider/index.html#if-your-sender-copies-the-format-of-github

pub mod flat;
pub mod objects;

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    PayloadError, Provider, Scheme,
    event::{Delivery, EventAt, RawEnvelope},
};

/// `X-Webhook-Signature` as a provider.
#[derive(Clone, Copy, Debug)]
pub struct XWebhookSignature;

impl Provider for XWebhookSignature {
    const NAME: &'static str = "x-webhook-signature";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webhook-Signature"]);
    const EVENT: EventAt = EventAt::ENVELOPE;
}

/// An event of either shape, for one route that receives both.
///
/// If `data.object` is an object, the event has the shape of [`objects`]. Otherwise it has the
/// shape of [`flat`].
#[derive(Clone, Debug)]
pub enum Event {
    /// The resource is under `data.object`.
    Objects(objects::Event),
    /// The resource is `data`.
    Flat(flat::Event),
}

impl Event {
    /// Returns the event's type, exactly as the sender wrote it.
    #[must_use]
    pub fn event_type(&self) -> &str {
        match self {
            Self::Objects(event) => event.event_type(),
            Self::Flat(event) => event.event_type(),
        }
    }

    /// Returns the event's id.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Objects(event) => event.id(),
            Self::Flat(event) => event.id(),
        }
    }
}

impl crate::Event for Event {
    type Provider = XWebhookSignature;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let envelope = RawEnvelope::read(delivery)?;
        if has_object(&envelope) {
            objects::Event::from_envelope(envelope).map(Self::Objects)
        } else {
            flat::Event::from_envelope(envelope).map(Self::Flat)
        }
    }
}

/// Returns `true` if `data.object` is an object.
fn has_object(envelope: &RawEnvelope<'_>) -> bool {
    #[derive(Deserialize)]
    struct Data<'a> {
        #[serde(borrow)]
        object: Option<&'a RawValue>,
    }

    match envelope.data::<Data<'_>>() {
        Ok(data) => data.object.is_some_and(|object| object.get().starts_with('{')),
        // A repeated `object` is rejected by the shape that has this member.
        Err(_) => envelope.data_text().is_some_and(|data| data.starts_with('{')),
    }
}

/// Reads an id. The ids of resources are text in both manuals, and some senders write integers.
fn text_or_integer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(TextOrInteger)
}

struct TextOrInteger;

impl Visitor<'_> for TextOrInteger {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, an integer or null")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Option<String>, E> {
        Ok(Some(number.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Option<String>, E> {
        Ok(None)
    }
}
