//! The shape with the resource in `data`.

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
    /// use countersign::providers::{XWebhookSignature, x_webhook_signature::flat};
    ///
    /// let secret = Secret::new("whsec_abc123")?;
    /// let body = br#"{"id":"evt_1","type":"user.created",
    ///     "data":{"id":"u_1","email":"a@example.com"}}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    ///
    /// let event = flat::Event::parse(&verified.delivery(&headers))?;
    /// assert_eq!(event.id(), Some("evt_1"));
    /// assert_eq!(event.event_type(), "user.created");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub enum Event for XWebhookSignature {
        "user.created" => UserCreated(Envelope<Data>),
        "user.updated" => UserUpdated(Envelope<Data>),
        "user.deleted" => UserDeleted(Envelope<Data>),
        "project.created" => ProjectCreated(Envelope<Data>),
        "project.updated" => ProjectUpdated(Envelope<Data>),
        "project.deleted" => ProjectDeleted(Envelope<Data>),
        "file.uploaded" => FileUploaded(Envelope<Data>),
        "payment.succeeded" => PaymentSucceeded(Envelope<Data>),
        "payment.failed" => PaymentFailed(Envelope<Data>),
    }
}

/// The data of an event. The manual shows these members, and each of them is optional here.
///
/// `Debug` shows nothing of the payload.
#[derive(Clone, Deserialize)]
#[non_exhaustive]
pub struct Data {
    /// The resource's id, not the event's.
    #[serde(default, deserialize_with = "super::text_or_integer")]
    pub id: Option<String>,
    /// The resource's name.
    pub name: Option<String>,
    /// The email address of a user.
    pub email: Option<String>,
    /// The resource's status.
    pub status: Option<String>,
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data").finish_non_exhaustive()
    }
}
