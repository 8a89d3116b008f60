//! Reads the members of a body that make up the envelope.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    PayloadError,
    error::PayloadErrorKind,
    event::{EventAt, Location, MAX_NAMES, json},
};

/// The members of a body that make up the envelope, borrowed from it.
#[derive(Default)]
pub(super) struct Members<'a> {
    /// The id, with the rank of its name: the position of the name among the names of the location.
    pub(super) id: Option<(usize, Cow<'a, str>)>,
    pub(super) event_type: Option<(usize, Cow<'a, str>)>,
    /// One bit for each rank of the type that occurred.
    types_seen: u32,
    type_is_repeated: bool,
    pub(super) created_at: Option<Cow<'a, str>>,
    pub(super) data: Option<&'a RawValue>,
    pub(super) previous_data: Option<&'a RawValue>,
}

impl<'a> Members<'a> {
    /// Reads the members of a delivery's text.
    pub(super) fn of(at: &EventAt, text: &'a str) -> Result<Self, PayloadError> {
        if at.within.is_none() {
            return Self::read(text, at);
        }
        // Finds the member that holds the envelope as if it were the data.
        let outer = EventAt { data: at.within, ..EventAt::OPEN };
        match Self::read(text, &outer)?.data {
            Some(inner) => Self::read(inner.get(), at),
            None => Ok(Self::default()),
        }
    }

    /// Rejects a repeated type, because two parsers may use different values.
    pub(super) fn with_one_type(self) -> Result<Self, PayloadError> {
        if self.type_is_repeated {
            return Err(PayloadErrorKind::RepeatedType.into());
        }
        Ok(self)
    }

    fn read(text: &'a str, at: &EventAt) -> Result<Self, PayloadError> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let members = deserializer
            .deserialize_map(MembersVisitor(at))
            .and_then(|members| deserializer.end().map(|()| members));
        members.map_err(|_| {
            let not_an_object = || PayloadError::from(PayloadErrorKind::NotAnObject);
            json::not_json(text).unwrap_or_else(not_an_object)
        })
    }

    /// Reads the members that follow. Before the value of the data, it calls `known`. If `known`
    /// returns the type, this method returns the type too, and the caller reads the value.
    pub(super) fn take<A: MapAccess<'a>>(
        &mut self,
        map: &mut A,
        at: &EventAt,
        known: impl Fn(&Self) -> Option<&'a str>,
    ) -> Result<Option<&'a str>, A::Error> {
        // A key is kept raw, because a key that is not valid text (a lone surrogate) is not an
        // error.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let Some(key) = text(key) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(rank) = rank(at.event_type, &key) {
                let value = text(map.next_value()?);
                self.type_is_repeated |= self.types_seen & (1 << rank) != 0;
                self.types_seen |= 1 << rank;
                keep_best(&mut self.event_type, rank, value);
            } else if let Some(rank) = id_rank(at.id, &key) {
                let value = text_or_integer(map.next_value()?);
                keep_best(&mut self.id, rank, value);
            } else if at.data == Some(&*key) {
                if let Some(event_type) = known(self) {
                    // Only the last data member counts: an earlier one is dropped.
                    self.data = None;
                    return Ok(Some(event_type));
                }
                self.data = Some(map.next_value()?);
            } else if key == "created_at" {
                self.created_at = text_or_integer(map.next_value()?);
            } else if key == "previous_data" {
                self.previous_data = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(None)
    }
}

/// Returns the first of the top-level members `names` whose value is text or an integer.
pub(crate) fn member_text<'a>(
    text: &'a str,
    names: &'static [&'static str],
) -> Result<Option<Cow<'a, str>>, PayloadError> {
    let at = EventAt::OPEN.id(Location::Body(names));
    Ok(Members::read(text, &at)?.id.map(|(_, text)| text))
}

struct MembersVisitor<'e>(&'e EventAt);

impl<'de> Visitor<'de> for MembersVisitor<'_> {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
        let mut members = Members::default();
        members.take(&mut map, self.0, |_| None)?;
        Ok(members)
    }
}

/// Returns the rank of `key` among the names of a location.
#[inline]
pub(super) fn rank(field: Location, key: &str) -> Option<usize> {
    field.members().iter().take(MAX_NAMES).position(|name| *name == key)
}

/// Returns the rank of `key` among the names of the id. Returns `None` for an id of several
/// members, which has no single text.
#[inline]
fn id_rank(field: Location, key: &str) -> Option<usize> {
    if matches!(field, Location::BodyAll(_)) { None } else { rank(field, key) }
}

/// Keeps a value if no value is kept yet, or if its name has the same rank as the name of the kept
/// value, or a lower one.
pub(super) fn keep_best<'a>(
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

/// Returns the content of a JSON string, borrowed unless it has escapes. Returns `None` for other
/// values.
pub(super) fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inside = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if inside.as_bytes().contains(&b'\\') {
        serde_json::from_str(raw.get()).ok().map(Cow::Owned)
    } else {
        Some(Cow::Borrowed(inside))
    }
}

pub(super) fn text_or_integer(raw: &RawValue) -> Option<Cow<'_, str>> {
    let digits = raw.get().strip_prefix('-').unwrap_or(raw.get());
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        Some(Cow::Borrowed(raw.get()))
    } else {
        text(raw)
    }
}
