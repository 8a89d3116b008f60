//! The name of an event: its type, and its action if it has one.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    PayloadError,
    error::PayloadErrorKind,
    event::{
        Delivery, EventAt, Location,
        envelope_members::{Members, rank, text, text_or_integer},
    },
};

/// The type of an event, and its action if it has one: `pull_request` and `opened`.
///
/// [`Delivery::name`] returns one. `Display` writes `pull_request.opened`. `Debug` shows nothing of
/// the payload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventName<'a> {
    /// The event's type.
    pub event_type: Cow<'a, str>,
    /// The event's action, if it has one.
    pub action: Option<Cow<'a, str>>,
}

impl<'a> EventName<'a> {
    /// Reads the name of a delivery. Most bodies are read only as far as the type and the action.
    pub(super) fn of(delivery: &'a Delivery<'_>) -> Result<Self, PayloadError> {
        let EventAt { event_type, action, within, .. } = *delivery.at();
        // The field `id` holds the place of the action here. An action is one text in the body, as
        // an id is, so the same code reads it.
        let at = EventAt { event_type, id: action, within, ..EventAt::OPEN };
        if let Some(event_type) = delivery.header_type() {
            let event_type = Cow::Borrowed(event_type);
            let text = match action {
                Location::Body(_) => delivery.text().ok(),
                _ => None,
            };
            let action = text.and_then(|text| match First::of(&at, text) {
                Some(first) => first.action.value,
                None => Members::of(&at, text).ok()?.id.map(|(_, action)| action),
            });
            return Ok(Self { event_type, action });
        }
        if !matches!(event_type, Location::Body(_)) {
            return Err(PayloadErrorKind::MissingType.into());
        }
        let text = delivery.text()?;
        if let Some(First { event_type: Seen { value: Some(event_type), .. }, action, .. }) =
            First::of(&at, text)
        {
            return Ok(Self { event_type, action: action.value });
        }
        let members = Members::of(&at, text)?.with_one_type()?;
        let (_, event_type) = members.event_type.ok_or(PayloadErrorKind::MissingType)?;
        Ok(Self { event_type, action: members.id.map(|(_, action)| action) })
    }
}

/// The type and the action in a body, if no later member can change them. Most providers send them
/// first, so this is faster than reading the whole body.
#[derive(Default)]
struct First<'a> {
    event_type: Seen<'a>,
    action: Seen<'a>,
    /// The text after the last member that was read; empty at the end of the body.
    rest: Option<&'a str>,
}

/// A member that was looked for.
#[derive(Default)]
struct Seen<'a> {
    occurred: bool,
    value: Option<Cow<'a, str>>,
}

impl<'a> First<'a> {
    /// Reads the type at `at.event_type` and the action at `at.id`, if they are in the body.
    /// Returns `None` if the caller must read the whole body: it is not an object, a member may be
    /// repeated or has another name, or the envelope is within a member.
    fn of(at: &EventAt, text: &'a str) -> Option<Self> {
        if at.within.is_some() {
            return None;
        }
        let mut first = Self::default();
        // The visitor can stop before the end of the object, which is an error for the parser.
        let visitor = FirstVisitor { at, text, first: &mut first };
        let _ = serde_json::Deserializer::from_str(text).deserialize_map(visitor);
        let rest = first.rest?;
        let can_repeat = |location: Location| {
            // A member has its name in quotes, unless a character of the name is escaped.
            let mut names = location.members().iter();
            names.any(|name| rest.contains(&format!("\"{name}\"")))
        };
        let is_final = rest.is_empty()
            || !(can_repeat(at.event_type) || can_repeat(at.id) || rest.contains("\\u"));
        is_final.then_some(first)
    }
}

struct FirstVisitor<'e, 'a> {
    at: &'e EventAt,
    text: &'a str,
    first: &'e mut First<'a>,
}

impl<'de> Visitor<'de> for FirstVisitor<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { at, text: whole, first } = self;
        let wants = |location: Location| !location.members().is_empty();
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = text(key);
            let rank_of = |location| key.as_deref().and_then(|key| rank(location, key));
            let value: &RawValue = match (rank_of(at.event_type), rank_of(at.id)) {
                (None, None) => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
                (Some(0), _) if !first.event_type.occurred => {
                    let value = map.next_value()?;
                    first.event_type = Seen { occurred: true, value: text(value) };
                    value
                }
                (_, Some(0)) if !first.action.occurred => {
                    let value = map.next_value()?;
                    first.action = Seen { occurred: true, value: text_or_integer(value) };
                    value
                }
                // The member is repeated, or has another of the names. The whole body must be read.
                _ => return Ok(()),
            };
            if (first.event_type.value.is_some() || !wants(at.event_type))
                && (first.action.value.is_some() || !wants(at.id))
            {
                let end = value.get().as_ptr().addr() + value.get().len();
                first.rest = whole.get(end - whole.as_ptr().addr()..);
                return Ok(());
            }
        }
        first.rest = Some("");
        Ok(())
    }
}

impl fmt::Display for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.event_type)?;
        match &self.action {
            Some(action) => write!(f, ".{action}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for EventName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventName").finish_non_exhaustive()
    }
}
