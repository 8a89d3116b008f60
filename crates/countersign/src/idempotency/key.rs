//! The name under which an event is claimed.

mod builder;
mod part;
#[cfg(test)]
mod tests;

use std::{borrow::Cow, fmt};

use countersign_core::{
    HeaderSource,
    event::{EventId, Location},
};

pub use builder::{EventKeyBuilder, KeyBuilder};

use crate::adapter::VerifiedDelivery;

/// The name of one event at one endpoint: equal for all deliveries of the event, and different from
/// the names of all other events.
///
/// A key has four parts, `endpoint/tenant/type/id`. It is always printable ASCII of at most 520
/// bytes:
///
/// | part | how it is written |
/// |---|---|
/// | text | ASCII letters, digits, `.`, `_` and `-` as they are; every other byte as `%` and two hexadecimal digits; a text that is only `-` as `%2D` |
/// | text that is longer than 128 bytes in this form | `~` and its hexadecimal SHA-256 |
/// | an empty text | nothing |
/// | absent | `-` |
/// | several fields instead of an id | `+`, and the fields with commas between them; if this is longer than 128 bytes, `++` and its hexadecimal SHA-256 |
/// | a body instead of an id | `=` and its hexadecimal SHA-256 |
///
/// # Security
///
/// Only signed values should identify an event. The tenant is part of the key, so that an event of
/// one tenant never counts as a duplicate of another tenant's event. The type is part of the key,
/// because some providers give one id to several events of one object.
///
/// # Examples
///
/// ```
/// use countersign::idempotency::IdempotencyKey;
///
/// let key = IdempotencyKey::builder("stripe")
///     .tenant(Some("acme"))
///     .event_type(Some("invoice.paid"))
///     .id("evt 1/2");
/// assert_eq!(key.as_str(), "stripe/acme/invoice.paid/evt%201%2F2");
///
/// // No tenant, and no type that is signed.
/// let key = IdempotencyKey::builder("replicate").event_type(None).id("msg_1");
/// assert_eq!(key.as_str(), "replicate/-/-/msg_1");
///
/// let payment = IdempotencyKey::builder("psp").event_type(Some("payment"));
/// let key = payment.fields([Some("CAPTURE"), Some("7914")]);
/// assert_eq!(key.as_str(), "psp/-/payment/+CAPTURE,7914");
/// ```
///
/// Guide: [each event once][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// Begins the key of an event at an endpoint.
    ///
    /// If you have a verified delivery, use [`builder_of`](Self::builder_of), which also sets the
    /// tenant, or [`of`](Self::of), which makes the whole key.
    pub fn builder(endpoint: &str) -> KeyBuilder<'_> {
        KeyBuilder::new(endpoint)
    }

    /// Begins the key of a delivery's event, with its endpoint and its tenant.
    ///
    /// # Examples
    ///
    /// For a provider whose deliveries have neither an id nor a time, so that equal bytes are one
    /// event:
    ///
    /// ```
    /// # use countersign::{Secret, Signer, Verifier, providers::Respan};
    /// use countersign::idempotency::IdempotencyKey;
    ///
    /// # let secret = Secret::new("key")?;
    /// # let headers = Signer::<Respan>::new(secret.clone())?.sign(b"{}")?;
    /// # let verified = Verifier::<Respan>::new(secret)?.verify(&headers, b"{}")?;
    /// let key = IdempotencyKey::builder_of(&verified).body_digest(verified.bytes());
    /// assert!(key.as_str().starts_with("respan/-/-/=44136fa3"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder_of<B>(delivery: &VerifiedDelivery<B>) -> KeyBuilder<'_> {
        Self::builder(delivery.endpoint()).tenant(delivery.tenant())
    }

    /// Makes the key of a delivery's event from the signed id and the signed type. The provider's
    /// [`EventAt`](crate::event::EventAt) has the places of both; the endpoint is the name of the
    /// verifier.
    ///
    /// Returns `None` if no id is signed; if a member of the id or of the type is repeated, because
    /// two parsers of the body may use different values; or if one of several fields is missing.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Secret, Signer, Verifier,
    ///     idempotency::IdempotencyKey,
    ///     providers::XWebhookSignature,
    /// };
    ///
    /// let secret = Secret::new("your_webhook_secret")?;
    /// let body = br#"{"id":"evt_1","type":"user.created","data":{}}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    ///
    /// let key = IdempotencyKey::of(&verified).ok_or("no signed id")?;
    /// assert_eq!(key.as_str(), "x-webhook-signature/-/user.created/evt_1");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of<B: AsRef<[u8]>>(delivery: &VerifiedDelivery<B>) -> Option<Self> {
        const NO_HEADERS: [(&str, &str); 0] = [];
        Self::at(if_signed(delivery.__event().id), delivery, &NO_HEADERS)
    }

    /// Makes the key of a delivery's event from the id in this place, and from the type if it is
    /// signed.
    pub(super) fn at<B, H>(
        id: Location,
        delivery: &VerifiedDelivery<B>,
        headers: &H,
    ) -> Option<Self>
    where
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let event = delivery.__event();
        let at = event.id(id).event_type(if_signed(event.event_type));
        let located = delivery.delivery_at(headers, at);
        let identity = located.identity()?;
        let builder = Self::builder_of(delivery).event_type(identity.event_type.as_deref());
        Some(match &identity.id {
            EventId::Id(id) => builder.id(id),
            EventId::Fields(fields) => builder.all(fields.iter().map(|field| Some(&**field))),
        })
    }

    /// Returns the key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name of the endpoint, without escapes. Returns the digest of a long name.
    pub(crate) fn endpoint_name(&self) -> Cow<'_, str> {
        part::text(self.endpoint())
    }

    /// Returns the endpoint, escaped as in the key.
    pub(super) fn endpoint(&self) -> &str {
        self.0.split('/').next().unwrap_or_default()
    }
}

const fn if_signed(field: Location) -> Location {
    if field.is_signed() { field } else { Location::None }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdempotencyKey").field(&self.0).finish()
    }
}
