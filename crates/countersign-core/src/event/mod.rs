//! Typed events, parsed from the verified bytes of a delivery.
//!
//! Only verified deliveries are parsed: a [`Delivery`] is made from a proof.

mod data;
mod delivery;
mod envelope;
mod envelope_members;
mod events;
mod identity;
pub(crate) mod json;
mod location;
mod missing;
mod name;
mod open;
mod raw;
pub(crate) mod variants;

pub use delivery::Delivery;
pub use envelope::{Envelope, FromEnvelope, RawEnvelope};
pub(crate) use envelope_members::member_text;
pub use identity::{EventId, Identity};
pub(crate) use location::MAX_NAMES;
pub use location::{EventAt, Location};
pub use name::EventName;
pub use open::OpenEvent;
pub use raw::{RawJson, UnknownEvent};

use crate::{PayloadError, Provider};

/// A typed webhook event, parsed from a verified delivery.
///
/// The [`events!`](crate::events) macro implements this trait for an enum that you define.
/// Implement it by hand for any other type.
///
/// # Examples
///
/// ```
/// use countersign::{
///     Event, PayloadError, event::{Delivery, RawEnvelope}, providers::XWebhookSignature,
/// };
///
/// /// The type of an event, without its data.
/// struct Kind(String);
///
/// impl Event for Kind {
///     type Provider = XWebhookSignature;
///
///     fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
///         Ok(Self(RawEnvelope::read(delivery)?.event_type.into_owned()))
///     }
/// }
/// # use countersign::{Secret, Signer, Verifier};
/// # let secret = Secret::new("key")?;
/// # let body = br#"{"type":"user.created"}"#;
/// # let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
/// # let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
/// assert_eq!(Kind::parse(&verified.delivery(&headers))?.0, "user.created");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait Event: Sized + Send + 'static {
    /// The provider that sends the event, unless the handler names another one.
    type Provider: Provider;

    /// Reads the event from a verified delivery.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the delivery is not such an event. Providers add types: keep an event of
    /// an unknown type as an [`UnknownEvent`] instead of returning an error.
    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError>;

    /// Returns the event's type if the Rust type lists it, for labels of metrics: the sender cannot
    /// add names.
    #[doc(hidden)]
    fn __listed_type(&self) -> Option<&'static str> {
        None
    }
}

/// Also accepts deliveries that do not fit `E`: a handler that takes
/// `Webhook<Result<E, PayloadError>>` can keep the bytes and answer 2xx.
impl<E: Event> Event for Result<E, PayloadError> {
    type Provider = E::Provider;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        Ok(E::parse(delivery))
    }

    fn __listed_type(&self) -> Option<&'static str> {
        self.as_ref().ok().and_then(E::__listed_type)
    }
}

#[cfg(test)]
mod tests;
