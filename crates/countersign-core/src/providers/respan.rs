//! Respan, formerly Keywords AI.
//!
//! - Header: `X-Respan-Signature`; under the former name `X-Keywordsai-Signature`. Where both are
//!   sent, the first decides.
//! - Signature: HMAC-SHA256 in hex, with the API key of the call that triggered the webhook, or
//!   with a webhook secret of its own.
//! - No timestamp, no id, no type; the fields of the payload are not documented.
//!
//! # Forms
//!
//! Respan documents the signature over Python's `json.dumps(data)`, and not which client sends it.
//! `requests` puts this very text on the wire; `httpx` never does. The bytes of the wire are tried
//! first, the Python form second; [`Verifier::forms`](crate::Verifier::forms) with `[]` switches it
//! off. See [`BodyForm`] for the security of accepting a form.
//!
//! Source: <https://docs.keywordsai.co>, <https://respan.ai/docs> (webhooks).
//!
//! # Where the secret is
//!
//! It is the API key of the call that triggered the webhook, or the webhook's own secret. Where
//! keys of several callers trigger one webhook, accept all of them: one as current, up to three
//! besides as retired.
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
//! # Pitfalls
//!
//! - Nothing tells a duplicate: there is no id, and no time that is signed. Make handling
//!   idempotent by what your own fields say.
//! - A body that was signed in the Python form is handed on in that form: it is what was signed.

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

/// What Respan tells: a JSON object of undocumented fields, kept as text.
///
/// # Examples
///
/// ```
/// use countersign_core::{Event, Secret, Signer, Verifier, providers::{Respan, respan}};
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
