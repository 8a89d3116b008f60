// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("stripe.md"))]

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
