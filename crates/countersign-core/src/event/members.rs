//! The members of a body that make up the envelope.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{Delivery, EventAt, Field, PayloadError, PayloadErrorKind, event::json};

/// The members of a body that make up the envelope.
#[derive(Default)]
pub(super) struct Members<'a> {
    /// With their rank among the names that are asked for.
    pub(super) id: Option<(usize, Cow<'a, str>)>,
    pub(super) event_type: Option<(usize, Cow<'a, str>)>,
    type_is_repeated: bool,
    pub(super) created_at: Option<Cow<'a, str>>,
    pub(super) data: Option<&'a RawValue>,
    pub(super) previous_data: Option<&'a RawValue>,
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
