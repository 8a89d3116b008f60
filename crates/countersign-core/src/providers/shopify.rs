// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("shopify.md"))]

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// Shopify as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Shopify;

impl Provider for Shopify {
    const NAME: &'static str = "shopify";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-Shopify-Hmac-Sha256"]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-Shopify-Webhook-Id"))
        .event_type(Location::UnsignedHeader("X-Shopify-Topic"));
}

/// An event of Shopify: the unsigned id and topic, and the whole body as JSON.
pub type Event = OpenEvent<Shopify>;
