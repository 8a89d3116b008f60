//! What providers put around an event's data.

use std::{borrow::Cow, fmt};

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::{
    Delivery, PayloadError, PayloadErrorKind, RawJson, UnknownEvent,
    event::{json, members::Members},
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
    body: &'a str,
    data_member: Option<&'static str>,
    data: Option<&'a RawValue>,
    previous_data: Option<&'a RawValue>,
}

impl<'a> RawEnvelope<'a> {
    /// Reads the envelope of a delivery, where its provider's [`EventAt`] says.
    ///
    /// Where `id`, `created_at` or the data's member is repeated, the last one counts, as it does
    /// in Python and JavaScript; a repeated type is refused.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is not a JSON object, or tells no type, or two.
    pub fn read(delivery: &Delivery<'a>) -> Result<Self, PayloadError> {
        let (text, members) = Members::of(delivery)?;
        let event_type = members.event_type.map(|(_, text)| text);
        Ok(Self {
            id: delivery.header_id().map(Cow::Borrowed).or(members.id.map(|(_, id)| id)),
            event_type: delivery
                .header_type()
                .map(Cow::Borrowed)
                .or(event_type)
                .ok_or(PayloadErrorKind::MissingType)?,
            created_at: members.created_at,
            body: text.trim_ascii(),
            data_member: delivery.at().data,
            data: members.data,
            previous_data: members.previous_data,
        })
    }

    /// The whole body.
    #[must_use]
    pub fn body(&self) -> &'a str {
        self.body
    }

    /// The event's data, as JSON text.
    #[must_use]
    pub fn data_text(&self) -> Option<&'a str> {
        match self.data_member {
            None => Some(self.body),
            Some(_) => self.data.map(RawValue::get),
        }
    }

    /// Reads the event's data.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if there is none, or it does not have this shape.
    pub fn data<T: serde::Deserialize<'a>>(&self) -> Result<T, PayloadError> {
        let name = self.data_member.unwrap_or_default();
        let Some(data) = self.data_text() else {
            return Err(PayloadError::from(PayloadErrorKind::WrongShape).with_path(name.to_owned()));
        };
        json::parse_member(self.body, data, name)
    }

    /// Keeps the event whole.
    #[must_use]
    pub fn into_unknown(self) -> UnknownEvent {
        let id = self.id.map(Cow::into_owned);
        UnknownEvent::new(id, self.event_type.into_owned(), RawJson::new(self.body))
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
#[derive(Clone)]
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
/// event's data, or an [`Envelope`] around one.
pub trait FromEnvelope: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the data does not fit.
    fn from_envelope(envelope: RawEnvelope<'_>) -> Result<Self, PayloadError>;
}

impl<T: DeserializeOwned> FromEnvelope for T {
    fn from_envelope(envelope: RawEnvelope<'_>) -> Result<Self, PayloadError> {
        envelope.data()
    }
}

impl<T: DeserializeOwned> FromEnvelope for Envelope<T> {
    fn from_envelope(envelope: RawEnvelope<'_>) -> Result<Self, PayloadError> {
        Ok(Self {
            data: envelope.data()?,
            id: envelope.id.map(Cow::into_owned),
            created_at: envelope.created_at.map(Cow::into_owned),
            previous_data: envelope
                .previous_data
                .filter(|previous| previous.get() != "null")
                .map(|previous| RawJson::new(previous.get())),
        })
    }
}
