// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("speaknode.md"))]

use crate::{
    Provider, Scheme,
    event::{Envelope, EventAt, Location, RawJson},
    events,
};

/// SpeakNode as a provider.
#[derive(Clone, Copy, Debug)]
pub struct SpeakNode;

impl Provider for SpeakNode {
    const NAME: &'static str = "speaknode";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webhook-Signature"]);
    const EVENT: EventAt =
        EventAt::OPEN.event_type(Location::Body(&["type", "event", "event_type", "eventType"]));
}

events! {
    /// The events of SpeakNode. Each body is an open object, kept whole.
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub enum Event for SpeakNode {
        "ConversationComplete" => ConversationComplete(Envelope<RawJson>),
        "SessionStarted" => SessionStarted(Envelope<RawJson>),
    }
}
