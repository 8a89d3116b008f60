// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("paddle.md"))]

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Paddle Billing as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Paddle;

impl Provider for Paddle {
    const NAME: &'static str = "paddle";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Paddle-Signature"])
        .list(';', '=', "h1")
        .timestamp(Timestamp::entry("ts", TimestampUnit::Seconds).tolerance(Duration::from_secs(5)))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::Body(&["event_id"]))
        .event_type(Location::Body(&["event_type"]));
}

/// An event of Paddle: the id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Paddle>;
