//! From verified bytes to a typed event.
//!
//! Nothing here runs before a delivery was verified: a [`Delivery`] is made from a proof.

mod delivery;
mod envelope;
mod envelope_members;
mod events;
mod identity;
pub(crate) mod json;
mod location;
mod missing;
mod open;
mod raw;
pub(crate) mod variants;

pub use delivery::Delivery;
pub use envelope::{Envelope, FromEnvelope, RawEnvelope};
pub(crate) use envelope_members::member_text;
pub use identity::{EventId, Identity};
pub(crate) use location::MAX_NAMES;
pub use location::{EventAt, Location};
pub use open::OpenEvent;
pub use raw::{RawJson, UnknownEvent};

use crate::{PayloadError, Provider};

/// What a delivery tells, typed.
///
/// The [`events!`](crate::events) macro writes this for an enum of your own; implement it by hand
/// for anything else.
///
/// # Examples
///
/// ```
/// use countersign_core::{
///     Event, PayloadError, event::{Delivery, RawEnvelope}, providers::XWebhookSignature,
/// };
///
/// /// Only the type matters here.
/// struct Kind(String);
///
/// impl Event for Kind {
///     type Provider = XWebhookSignature;
///
///     fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
///         Ok(Self(RawEnvelope::read(delivery)?.event_type.into_owned()))
///     }
/// }
/// # use countersign_core::{Secret, Signer, Verifier};
/// # let secret = Secret::new("key")?;
/// # let body = br#"{"type":"user.created"}"#;
/// # let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
/// # let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
/// assert_eq!(Kind::parse(&verified.delivery(&headers))?.0, "user.created");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait Event: Sized + Send + 'static {
    /// Who sends it, unless the handler says otherwise.
    type Provider: Provider;

    /// Reads the event out of a verified delivery.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the delivery is no such event. An event of a type that is merely not
    /// known is better kept ([`UnknownEvent`]) than refused: providers add types.
    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError>;
}

/// Takes what does not fit, too: a handler of `Webhook<Result<E, PayloadError>>` can keep the
/// bytes and answer 2xx.
impl<E: Event> Event for Result<E, PayloadError> {
    type Provider = E::Provider;

    fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        Ok(E::parse(delivery))
    }
}

#[cfg(test)]
mod tests;
