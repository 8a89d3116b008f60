//! Envelopes: the members that providers put around an event's data.

use std::{borrow::Cow, fmt};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    PayloadError,
    error::PayloadErrorKind,
    event::{Delivery, RawJson, UnknownEvent, envelope_members::Members, json},
};

/// The envelope of an event, borrowed from the body, with its data as JSON text.
///
/// Reading the envelope parses the whole body once, and fails if the body is not valid JSON.
#[non_exhaustive]
pub struct RawEnvelope<'a> {
    /// The event's id: text, or an integer as its digits.
    pub id: Option<Cow<'a, str>>,
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// The time of the event, as the provider wrote it, from the member `created_at`.
    pub created_at: Option<Cow<'a, str>>,
    text: &'a str,
    data_member: Option<&'static str>,
    data: Option<&'a RawValue>,
    previous_data: Option<&'a RawValue>,
}

impl<'a> RawEnvelope<'a> {
    /// Reads the envelope of a delivery, at the locations of its provider's
    /// [`EventAt`](crate::event::EventAt).
    ///
    /// If `id`, `created_at` or the data's member is repeated, the last one counts, as in Python
    /// and JavaScript. A repeated type is an error.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is not a JSON object, or if the type is missing or repeated.
    pub fn read(delivery: &'a Delivery<'_>) -> Result<Self, PayloadError> {
        let text = delivery.text()?;
        Self::new(delivery, text, Members::of(delivery.at(), text)?)
    }

    /// Combines the members of a delivery's text with the id and the type in its headers.
    pub(super) fn new(
        delivery: &Delivery<'a>,
        text: &'a str,
        members: Members<'a>,
    ) -> Result<Self, PayloadError> {
        let members = members.with_one_type()?;
        let event_type = members.event_type.map(|(_, text)| text);
        Ok(Self {
            id: delivery.header_id().map(Cow::Borrowed).or(members.id.map(|(_, id)| id)),
            event_type: delivery
                .header_type()
                .map(Cow::Borrowed)
                .or(event_type)
                .ok_or(PayloadErrorKind::MissingType)?,
            created_at: members.created_at,
            text,
            data_member: delivery.at().data,
            data: members.data,
            previous_data: members.previous_data,
        })
    }

    /// Returns the whole body, or the JSON in it if the body is a URL-encoded form.
    #[must_use]
    pub fn body(&self) -> &'a str {
        self.text.trim_ascii()
    }

    /// Returns the event's data as JSON text.
    #[must_use]
    pub fn data_text(&self) -> Option<&'a str> {
        match self.data_member {
            None => Some(self.body()),
            Some(_) => self.data.map(RawValue::get),
        }
    }

    /// Reads the event's data. Absent data counts as `null`, so that an `Option` is `None`.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the data does not fit `T`.
    pub fn data<T: serde::Deserialize<'a>>(&self) -> Result<T, PayloadError> {
        let name = self.data_member.unwrap_or_default();
        match self.data_text() {
            Some(data) => json::parse_member(self.text, data, name),
            None => json::parse_absent(name),
        }
    }

    /// Returns whether a member holds data that was not read yet.
    pub(super) fn has_data_member(&self) -> bool {
        self.data.is_some()
    }

    /// Puts the envelope around data that was read from it.
    pub(super) fn around<T>(self, data: T) -> Envelope<T> {
        Envelope {
            id: self.id.map(Cow::into_owned),
            created_at: self.created_at.map(Cow::into_owned),
            data,
            previous_data: self
                .previous_data
                .filter(|previous| previous.get() != "null")
                .map(|previous| RawJson::new(previous.get())),
        }
    }

    /// Returns the event as an unknown one, kept whole.
    #[must_use]
    pub fn into_unknown(self) -> UnknownEvent {
        let json = RawJson::new(self.body());
        UnknownEvent::new(self.id.map(Cow::into_owned), self.event_type.into_owned(), json)
    }
}

impl fmt::Debug for RawEnvelope<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawEnvelope").field("length", &self.body().len()).finish_non_exhaustive()
    }
}

/// An event's data with its envelope, for variants of [`events!`](crate::events) that need more
/// than the data.
///
/// `created_at` and `previous_data` are read only from members with exactly these names: the
/// provider's [`EventAt`](crate::event::EventAt) does not change the names. If the provider uses
/// other names, these fields are `None`.
///
/// `Debug` shows nothing of the payload.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// The event's id: text, or an integer as its digits.
    pub id: Option<String>,
    /// The time of the event, as the provider wrote it. It stays text, so that no event is lost
    /// because of a date format.
    pub created_at: Option<String>,
    /// The event's data.
    pub data: T,
    /// The data before the change, if the provider sends it.
    pub previous_data: Option<RawJson>,
}

impl<T> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").finish_non_exhaustive()
    }
}

/// A type that a variant of [`events!`](crate::events) can hold.
///
/// The trait is implemented for any type that deserializes from the event's data, and for an
/// [`Envelope`] around such a type. Implement it for a type of your own that is made from an
/// envelope.
///
/// # Examples
///
/// ```
/// use countersign::{
///     PayloadError, event::{Envelope, FromEnvelope}, events, providers::XWebhookSignature,
/// };
///
/// #[derive(serde::Deserialize)]
/// pub struct Invoice { total: u64 }
///
/// pub struct Paid { event_id: Option<String>, total: u64 }
///
/// impl FromEnvelope for Paid {
///     type Data = Invoice;
///
///     fn from_envelope(envelope: Envelope<Invoice>) -> Result<Self, PayloadError> {
///         Ok(Self { event_id: envelope.id, total: envelope.data.total })
///     }
///
///     fn event_id(&self) -> Option<&str> {
///         self.event_id.as_deref()
///     }
/// }
///
/// events! {
///     pub enum BillingEvent for XWebhookSignature { "invoice.paid" => Paid(Paid) }
/// }
/// # use countersign::{Event, Secret, Signer, Verifier};
/// # let secret = Secret::new("key")?;
/// # let body = br#"{"id":"evt_1","type":"invoice.paid","data":{"total":12}}"#;
/// # let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
/// # let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
/// # let event = BillingEvent::parse(&verified.delivery(&headers))?;
/// assert_eq!(event.id(), Some("evt_1"));
/// # let BillingEvent::Paid(paid) = event else { panic!() };
/// # assert_eq!((paid.event_id.as_deref(), paid.total), (Some("evt_1"), 12));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub trait FromEnvelope: Sized {
    /// The type that the event's data is read as.
    type Data: DeserializeOwned;

    /// Makes the value from the event's envelope.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if this type cannot hold the event.
    fn from_envelope(envelope: Envelope<Self::Data>) -> Result<Self, PayloadError>;

    /// Returns the event's id, if the value holds it. The method `id` of the enum returns the same.
    ///
    /// The default is `None`, because plain data holds no id. Implement it for a type that keeps
    /// the envelope's id, as [`Envelope`] does.
    fn event_id(&self) -> Option<&str> {
        None
    }
}

impl<T: DeserializeOwned> FromEnvelope for T {
    type Data = T;

    fn from_envelope(envelope: Envelope<T>) -> Result<Self, PayloadError> {
        Ok(envelope.data)
    }
}

impl<T: DeserializeOwned> FromEnvelope for Envelope<T> {
    type Data = T;

    fn from_envelope(envelope: Self) -> Result<Self, PayloadError> {
        Ok(envelope)
    }

    fn event_id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}
