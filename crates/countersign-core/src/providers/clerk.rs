// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("clerk.md"))]

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Clerk as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Clerk;

impl Provider for Clerk {
    const NAME: &'static str = "clerk";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["svix-signature"], &["svix-id"], &["svix-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// An event of Clerk: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Clerk>;
