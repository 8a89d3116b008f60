// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("elevenlabs.md"))]

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// ElevenLabs as a provider.
#[derive(Clone, Copy, Debug)]
pub struct ElevenLabs;

impl Provider for ElevenLabs {
    const NAME: &'static str = "elevenlabs";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["ElevenLabs-Signature"])
        .list(',', '=', "v0")
        .timestamp(
            Timestamp::entry("t", TimestampUnit::Seconds).tolerance(Duration::from_secs(30 * 60)),
        )
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE.id(Location::None);
}

/// An event of ElevenLabs: the type, and the whole event as JSON.
pub type Event = OpenEvent<ElevenLabs>;
