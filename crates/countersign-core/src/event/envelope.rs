//! What providers put around an event's data.

use std::{borrow::Cow, fmt};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;

use crate::{
    PayloadError,
    error::PayloadErrorKind,
    event::{Delivery, RawJson, UnknownEvent, envelope_members::Members, json},
};

/// The envelope of an event, borrowed from the body; its data is still text.
///
/// Reading it walks the whole body once, so that the body is known to be JSON afterwards.
#[non_exhaustive]
pub struct RawEnvelope<'a> {
    /// The event's id: text, or an integer as its digits.
    pub id: Option<Cow<'a, str>>,
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// When the event happened, as the provider wrote it.
    pub created_at: Option<Cow<'a, str>>,
    text: &'a str,
    data_member: Option<&'static str>,
    data: Option<&'a RawValue>,
    previous_data: Option<&'a RawValue>,
}

impl<'a> RawEnvelope<'a> {
    /// Reads the envelope of a delivery, where its provider's [`EventAt`](crate::event::EventAt)
    /// says.
    ///
    /// Where `id`, `created_at` or the data's member is repeated, the last one counts, as it does
    /// in Python and JavaScript; a repeated type is refused.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is not a JSON object, or tells no type, or two.
    pub fn read(delivery: &'a Delivery<'_>) -> Result<Self, PayloadError> {
        let text = delivery.text()?;
        Self::new(delivery, text, Members::of(delivery.at(), text)?)
    }

    /// Puts together what a delivery's text and its headers tell.
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

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> &'a str {
        self.text.trim_ascii()
    }

    /// The event's data, as JSON text.
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
    /// [`PayloadError`] if it does not have this shape.
    pub fn data<T: serde::Deserialize<'a>>(&self) -> Result<T, PayloadError> {
        let name = self.data_member.unwrap_or_default();
        match self.data_text() {
            Some(data) => json::parse_member(self.text, data, name),
            // There is no line to report.
            None => serde_json::from_str("null").map_err(|_| {
                PayloadError::from(PayloadErrorKind::WrongShape).with_missing(name.to_owned())
            }),
        }
    }

    /// Whether a member holds data that was not read yet.
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

    /// Keeps the event whole.
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
/// `Debug` shows nothing of the payload.
#[derive(Clone, Serialize)]
#[non_exhaustive]
pub struct Envelope<T> {
    /// The event's id: text, or an integer as its digits.
    pub id: Option<String>,
    /// When the event happened, as the provider wrote it: no event is lost over a date's format.
    pub created_at: Option<String>,
    /// The event's data.
    pub data: T,
    /// What the data was before, where the provider tells.
    pub previous_data: Option<RawJson>,
}

impl<T> fmt::Debug for Envelope<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Envelope").finish_non_exhaustive()
    }
}

/// What a variant of [`events!`](crate::events) can hold: any type that deserializes from the
/// event's data, an [`Envelope`] around one, or a type of yours that is made from such an envelope.
///
/// # Examples
///
/// ```
/// use countersign_core::{
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
/// # use countersign_core::{Event, Secret, Signer, Verifier};
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
    /// What the event's data is read as.
    type Data: DeserializeOwned;

    /// Takes it out of its envelope.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the event is not one that this type can be.
    fn from_envelope(envelope: Envelope<Self::Data>) -> Result<Self, PayloadError>;

    /// Returns the event's id, if the value holds it. The method `id` of the enum returns the same.
    ///
    /// Default: `None`. Plain data holds no id, and [`Envelope`] does. Write it for a type of yours
    /// that keeps the envelope's id.
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
