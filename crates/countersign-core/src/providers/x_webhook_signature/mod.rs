// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("page.md"))]

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

    fn __listed_type(&self) -> Option<&'static str> {
        match self {
            Self::Objects(event) => event.__listed_type(),
            Self::Flat(event) => event.__listed_type(),
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
