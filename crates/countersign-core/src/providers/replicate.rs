// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("replicate.md"))]

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// Replicate as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Replicate;

impl Provider for Replicate {
    const NAME: &'static str = "replicate";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["webhook-signature"], &["webhook-id"], &["webhook-timestamp"]);
    const EVENT: EventAt = EventAt::OPEN.id(Location::SignedId);
}

/// An event of Replicate: the signed id, and the prediction or training as JSON.
pub type Event = OpenEvent<Replicate>;
