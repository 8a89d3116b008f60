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
//! off. What accepting a form means is said at [`Form`].
//!
//! Source: <https://docs.keywordsai.co>, <https://respan.ai/docs> (webhooks).

use crate::{
    Delivery, EventAt, Form, JsonDumps, PayloadError, Provider, RawJson, Scheme, event::json,
};

/// Respan as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Respan;

impl Provider for Respan {
    const NAME: &'static str = "respan";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_hex(&["X-Respan-Signature", "X-Keywordsai-Signature"])
            .forms(&[Form::Python(JsonDumps::DEFAULT)]);
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
