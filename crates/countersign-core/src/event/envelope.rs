//! What providers put around an event's data.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    Delivery, EventAt, Field, PayloadError, PayloadErrorKind, RawJson, UnknownEvent, event::json,
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

/// The members of a body that make up the envelope.
#[derive(Default)]
pub(super) struct Members<'a> {
    /// With their rank among the names that are asked for.
    pub(super) id: Option<(usize, Cow<'a, str>)>,
    pub(super) event_type: Option<(usize, Cow<'a, str>)>,
    type_is_repeated: bool,
    created_at: Option<Cow<'a, str>>,
    data: Option<&'a RawValue>,
    previous_data: Option<&'a RawValue>,
}

impl<'a> Members<'a> {
    /// Reads the members of a delivery, and gives its text back.
    pub(super) fn of(delivery: &Delivery<'a>) -> Result<(&'a str, Self), PayloadError> {
        let text = delivery.text()?;
        let at = delivery.at();
        let members = match at.within {
            None => Self::read(text, at)?,
            Some(_) => {
                // The member that holds the envelope is found as data is.
                let outer = EventAt { data: at.within, ..EventAt::OPEN };
                match Self::read(text, outer)?.data {
                    Some(inner) => Self::read(inner.get(), at)?,
                    None => Self::default(),
                }
            }
        };
        if members.type_is_repeated {
            return Err(PayloadErrorKind::RepeatedType.into());
        }
        Ok((text, members))
    }

    fn read(text: &'a str, at: EventAt) -> Result<Self, PayloadError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer
            .deserialize_map(MembersVisitor(at))
            .and_then(|members| deserializer.end().map(|()| members));
        members.map_err(|_| {
            let not_an_object = || PayloadError::from(PayloadErrorKind::NotAnObject);
            json::not_json(text).unwrap_or_else(not_an_object)
        })
    }
}

/// Reads the first of these top-level members of a text that is text or an integer.
pub(crate) fn member_text<'a>(
    text: &'a str,
    names: &'static [&'static str],
) -> Result<Option<Cow<'a, str>>, PayloadError> {
    let at = EventAt { id: Field::Body(names), ..EventAt::OPEN };
    Ok(Members::read(text, at)?.id.map(|(_, text)| text))
}

struct MembersVisitor(EventAt);

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        let mut types_seen = 0_u32;
        // A key is kept raw, so that one that is no text (a lone surrogate) harms nothing.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let Some(key) = text(key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(rank) = rank(self.0.event_type, &key) {
                let value = text(map.next_value()?);
                members.type_is_repeated |= types_seen & (1 << rank) != 0;
                types_seen |= 1 << rank;
                keep_best(&mut members.event_type, rank, value);
            } else if let Some(rank) = rank(self.0.id, &key) {
                let value = text_or_integer(map.next_value()?);
                keep_best(&mut members.id, rank, value);
            } else if self.0.data == Some(&*key) {
                members.data = Some(map.next_value()?);
            } else if key == "created_at" {
                members.created_at = text_or_integer(map.next_value()?);
            } else if key == "previous_data" {
                members.previous_data = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(members)
    }
}

/// Where `key` stands among the members that tell a fact.
fn rank(field: Field, key: &str) -> Option<usize> {
    match field {
        Field::Body(names) => names.iter().take(32).position(|name| *name == key),
        Field::SignedId | Field::UnsignedHeader(_) | Field::None => None,
    }
}

/// Takes a value under a name that is preferred to, or the same as, the one before.
fn keep_best<'a>(
    kept: &mut Option<(usize, Cow<'a, str>)>,
    rank: usize,
    value: Option<Cow<'a, str>>,
) {
    if kept.as_ref().is_none_or(|(best, _)| rank < *best) {
        if let Some(value) = value {
            *kept = Some((rank, value));
        }
    } else if kept.as_ref().is_some_and(|(best, _)| rank == *best) {
        *kept = value.map(|value| (rank, value));
    }
}

/// The text that a JSON string spells, borrowed unless it has escapes; `None` for other values.
fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inside = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        serde_json::from_str(raw.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}

fn text_or_integer(raw: &RawValue) -> Option<Cow<'_, str>> {
    let digits = raw.get().strip_prefix('-').unwrap_or(raw.get());
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Some(Cow::Borrowed(raw.get()))
    } else {
        text(raw)
    }
}
