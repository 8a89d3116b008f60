//! The shape with the resource under `data.object`, and its former values in `previous_data`.

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
    /// use countersign::{Event, Secret, Signer, Verifier};
    /// use countersign::providers::{XWebhookSignature, x_webhook_signature::objects};
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
    /// The resource that the event is about.
    pub object: Object,
}

/// The resource that an event is about. The manual shows these members, and each of them is
/// optional here.
///
/// `Debug` shows nothing of the payload.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Object {
    /// The resource's id, not the event's.
    #[serde(default, deserialize_with = "super::text_or_integer")]
    pub id: Option<String>,
    /// The resource's name.
    pub name: Option<String>,
    /// The resource's status.
    pub status: Option<String>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Object").finish_non_exhaustive()
    }
}
