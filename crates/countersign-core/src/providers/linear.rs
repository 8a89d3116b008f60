// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("linear.md"))]

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Timestamp, TimestampUnit},
};

/// Linear as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

impl Provider for Linear {
    const NAME: &'static str = "linear";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Linear-Signature"]).timestamp(
        Timestamp::member(&["webhookTimestamp"], TimestampUnit::Milliseconds)
            .tolerance(Duration::from_secs(60)),
    );
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::UnsignedHeader("Linear-Delivery"))
        .action(Location::Body(&["action"]));
}

/// An event of Linear: the unsigned id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Linear>;
