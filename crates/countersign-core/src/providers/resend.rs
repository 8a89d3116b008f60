// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("resend.md"))]

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Resend as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Resend;

impl Provider for Resend {
    const NAME: &'static str = "resend";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["svix-signature"], &["svix-id"], &["svix-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// An event of Resend: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Resend>;
