// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("respan.md"))]

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
