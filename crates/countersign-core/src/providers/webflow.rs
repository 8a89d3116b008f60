// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("webflow.md"))]

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Webflow as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Webflow;

impl Provider for Webflow {
    const NAME: &'static str = "webflow";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webflow-Signature"])
        .timestamp(Timestamp::header(&["X-Webflow-Timestamp"], TimestampUnit::Milliseconds))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt =
        EventAt::OPEN.event_type(Location::Body(&["triggerType"])).data("payload");
}

/// An event of Webflow: the type, and the whole event as JSON.
pub type Event = OpenEvent<Webflow>;
