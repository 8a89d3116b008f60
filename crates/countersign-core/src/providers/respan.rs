//! Webhooks of Respan, formerly Keywords AI.
//!
//! - Header: `X-Respan-Signature`, or `X-Keywordsai-Signature` under the former name. If a delivery
//!   has both, `X-Respan-Signature` decides.
//! - Signature: HMAC-SHA256 in hex, with the API key of the call that triggered the webhook, or
//!   with a separate webhook secret.
//! - There is no timestamp, no id and no type. The fields of the payload are not documented.
//!
//! Source: <https://docs.keywordsai.co>, <https://respan.ai/docs> (webhooks).
//!
//! # Where the secret is
//!
//! It is the API key of the call that triggered the webhook, or the webhook's own secret. If the
//! keys of several callers trigger one webhook, accept all of them: one as current, and up to three
//! as retired.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Respan, respan};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_respan(Webhook { event, .. }: Webhook<respan::Event>) -> StatusCode {
//!     println!("{}", event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "your_webhook_secret";
//! let verifier = Verifier::<Respan>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/respan", post(on_respan)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Respan>::new(Secret::new(secret)?)?;
//! # let genuine = SignedRequest::new(&signer, r#"{"model": "small"}"#)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/respan")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/respan")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) finds no type here, and reports an error for each delivery. Implement
//! [`Event`](crate::Event) for a type that reads the whole body, with all its members. Make its
//! members optional, because Respan documents none. A handler takes the event as `Webhook<Log>`;
//! see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::providers::{Respan, respan};
//! use countersign::{Event, PayloadError, event::Delivery};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Log { model: Option<String>, cost: Option<f64> }
//!
//! impl Event for Log {
//!     type Provider = Respan;
//!
//!     fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
//!         respan::Event::parse(delivery)?.json.parse()
//!     }
//! }
//!
//! let body = r#"{"model": "small", "cost": 0.002}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("your_webhook_secret")?;
//! # let headers = Signer::<Respan>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Respan>::new(secret)?.verify(&headers, body)?;
//! let event = Log::parse(&verified.delivery(&headers))?;
//! assert_eq!((event.model.as_deref(), event.cost), (Some("small"), Some(0.002)));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Forms
//!
//! Respan documents that it signs the text of Python's `json.dumps(data)`. It does not document
//! which Python HTTP client it uses: the library `requests` sends exactly the signed text, and the
//! library `httpx`, since its version 0.28, sends the same JSON without white space outside of
//! strings. The verifier tries the bytes on the wire first, and the Python form second.
//! [`Verifier::forms`](crate::Verifier::forms) with `[]` turns the second off. See [`BodyForm`] for
//! the security of accepting a form.
//!
//! # Pitfalls
//!
//! - Nothing identifies a duplicate: there is no id, and no signed time. Make handling idempotent
//!   with fields of the payload.
//! - If the Python form was signed, the handler gets the body in that form, because it is the
//!   signed text.

use crate::{
    PayloadError, Provider, Scheme,
    event::{Delivery, EventAt, RawJson, json},
    scheme::{BodyForm, JsonDumps},
};

/// Respan as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Respan;

impl Provider for Respan {
    const NAME: &'static str = "respan";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_hex(&["X-Respan-Signature", "X-Keywordsai-Signature"])
            .forms(&[BodyForm::Python(JsonDumps::DEFAULT)]);
    const EVENT: EventAt = EventAt::OPEN;
}

/// An event of Respan: a JSON object of undocumented fields, kept as text.
///
/// # Examples
///
/// ```
/// use countersign::{Event, Secret, Signer, Verifier, providers::{Respan, respan}};
///
/// let secret = Secret::new("api key")?;
/// let body = br#"{"model": "small", "cost": 0.002}"#;
/// let headers = Signer::<Respan>::new(secret.clone())?.sign(body)?;
/// let verified = Verifier::<Respan>::new(secret)?.verify(&headers, body)?;
///
/// #[derive(serde::Deserialize)]
/// struct Log { cost: Option<f64> }
/// let event = respan::Event::parse(&verified.delivery(&headers))?;
/// assert_eq!(event.json.parse::<Log>()?.cost, Some(0.002));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event {
    /// The whole body, an object.
    pub json: RawJson,
}

impl crate::Event for Event {
    type Provider = Respan;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        Ok(Self { json: json::object(delivery.text()?)? })
    }
}
