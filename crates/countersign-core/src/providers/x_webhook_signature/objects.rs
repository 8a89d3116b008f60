//! The shape with the thing under `data.object`, and what it was before in `previous_data`.

use std::fmt;

use serde::Deserialize;

use super::XWebhookSignature;
use crate::{event::Envelope, events};

events! {
    /// The events of this shape.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Event, Secret, Signer, Verifier};
    /// use countersign_core::providers::{XWebhookSignature, x_webhook_signature::objects};
    ///
    /// let secret = Secret::new("your_webhook_secret")?;
    /// let body = br#"{"id":"evt_1","type":"resource.updated","created_at":"2025-02-18T10:35:00Z",
    ///     "data":{"object":{"id":"r_1","name":"new"}},"previous_data":{"name":"old"}}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    ///
    /// let event = objects::Event::parse(&verified.delivery(&headers))?;
    /// let objects::Event::ResourceUpdated(updated) = event else { panic!() };
    /// assert_eq!(updated.id.as_deref(), Some("evt_1"));
    /// assert_eq!(updated.data.object.name.as_deref(), Some("new"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub enum Event for XWebhookSignature {
        "resource.created" => ResourceCreated(Envelope<Data>),
        "resource.updated" => ResourceUpdated(Envelope<Data>),
        "resource.deleted" => ResourceDeleted(Envelope<Data>),
        "user.created" => UserCreated(Envelope<Data>),
        "user.updated" => UserUpdated(Envelope<Data>),
        "payment.succeeded" => PaymentSucceeded(Envelope<Data>),
        "payment.failed" => PaymentFailed(Envelope<Data>),
    }
}

/// The data of an event.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Data {
    /// What the event is about.
    pub object: Object,
}

/// What an event is about. The manual shows these members; none of them is relied on.
///
/// `Debug` shows nothing of the payload.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Object {
    /// The thing's id, not the event's.
    #[serde(default, deserialize_with = "super::text_or_integer")]
    pub id: Option<String>,
    /// The thing's name.
    pub name: Option<String>,
    /// The thing's status.
    pub status: Option<String>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").finish_non_exhaustive()
    }
}
