//! The type and the id of an event.

use std::{borrow::Cow, fmt};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use super::envelope_members::{keep_best, rank, text, text_or_integer};
use crate::event::{Delivery, EventAt, Location};

/// The type and the id that distinguish an event from all others of one endpoint and one tenant.
///
/// [`Delivery::identity`] returns one. `Debug` shows nothing of the payload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity<'a> {
    /// The event's type, if the delivery states one.
    pub event_type: Option<Cow<'a, str>>,
    /// The event's id, or the fields that form it.
    pub id: EventId<'a>,
}

/// The id of an event, or the fields that form it.
#[derive(Clone, PartialEq, Eq)]
pub enum EventId<'a> {
    /// One id, which is not empty.
    Id(Cow<'a, str>),
    /// The members that a [`Location::BodyAll`] names, in the same order. At least one is not
    /// empty.
    Fields(Vec<Cow<'a, str>>),
}

impl<'a> Identity<'a> {
    /// Reads the identity of a delivery, in one pass over its body.
    pub(super) fn of(delivery: &'a Delivery<'_>) -> Option<Self> {
        let at = delivery.at();
        let is_in_body = !at.id.members().is_empty() || !at.event_type.members().is_empty();
        let named = if is_in_body { Named::of(delivery) } else { Named::default() };
        if named.is_ambiguous {
            return None;
        }
        let id = match at.id {
            Location::Body(_) => EventId::Id(named.id?.1),
            Location::BodyAll(_) => {
                EventId::Fields(named.fields.into_iter().collect::<Option<_>>()?)
            }
            Location::SignedId | Location::UnsignedHeader(_) => {
                EventId::Id(Cow::Borrowed(delivery.header_id()?))
            }
            Location::None => return None,
        };
        let event_type = delivery.header_type().map(Cow::Borrowed);
        let event_type = event_type.or(named.event_type.map(|(_, event_type)| event_type));
        (!id.is_empty()).then_some(Self { event_type, id })
    }
}

impl EventId<'_> {
    fn is_empty(&self) -> bool {
        match self {
            Self::Id(id) => id.is_empty(),
            Self::Fields(fields) => fields.iter().all(|field| field.is_empty()),
        }
    }
}

impl fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

impl fmt::Debug for EventId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Id(_) => "Id(..)",
            Self::Fields(_) => "Fields(..)",
        })
    }
}

/// The members of a body that hold its event's type and id. A body that is not a JSON object has no
/// such members.
#[derive(Default)]
struct Named<'a> {
    /// The type, with the rank of its name among the names of the location.
    event_type: Option<(usize, Cow<'a, str>)>,
    id: Option<(usize, Cow<'a, str>)>,
    fields: Vec<Option<Cow<'a, str>>>,
    /// One bit for each rank that occurred.
    types_seen: u32,
    ids_seen: u32,
    /// Set if a member occurs twice: two parsers of the body may use different values.
    is_ambiguous: bool,
}

impl<'a> Named<'a> {
    fn of(delivery: &'a Delivery<'_>) -> Self {
        let (at, text) = (delivery.at(), delivery.text().ok());
        let named = text.and_then(|text| match at.within {
            None => read(text, NamedVisitor(at)),
            Some(name) => {
                let outer = read(text, OuterVisitor(name))?;
                let mut named = match outer.member {
                    Some(inner) => read(inner.get(), NamedVisitor(at))?,
                    None => Self::default(),
                };
                named.is_ambiguous |= outer.is_repeated;
                Some(named)
            }
        });
        named.unwrap_or_default()
    }

    fn take(
        &mut self,
        at: &EventAt,
        type_rank: Option<usize>,
        id_rank: Option<usize>,
        value: &'a RawValue,
    ) {
        if let Some(rank) = type_rank {
            self.is_ambiguous |= self.types_seen & (1 << rank) != 0;
            self.types_seen |= 1 << rank;
            keep_best(&mut self.event_type, rank, text(value));
        }
        if let Some(rank) = id_rank {
            self.is_ambiguous |= self.ids_seen & (1 << rank) != 0;
            self.ids_seen |= 1 << rank;
            match at.id {
                Location::BodyAll(_) => {
                    if let Some(field) = self.fields.get_mut(rank) {
                        *field = text_or_integer(value);
                    }
                }
                _ => keep_best(&mut self.id, rank, text_or_integer(value)),
            }
        }
    }
}

/// Reads a text that consists of one object.
fn read<'a, V: Visitor<'a>>(text: &'a str, visitor: V) -> Option<V::Value> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = deserializer.deserialize_map(visitor).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

struct NamedVisitor<'e>(&'e EventAt);

impl<'de> Visitor<'de> for NamedVisitor<'_> {
    type Value = Named<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<'de>, A::Error> {
        let at = self.0;
        let mut named = Named::default();
        if let Location::BodyAll(names) = at.id {
            named.fields.resize(names.len(), None);
        }
        // A key is kept raw, because a key that is not valid text (a lone surrogate) is not an
        // error.
        while let Some(key) = map.next_key::<&RawValue>()? {
            let key = text(key);
            let rank = |field| key.as_deref().and_then(|key| rank(field, key));
            match (rank(at.event_type), rank(at.id)) {
                (None, None) => {
                    map.next_value::<IgnoredAny>()?;
                }
                (type_rank, id_rank) => named.take(at, type_rank, id_rank, map.next_value()?),
            }
        }
        Ok(named)
    }
}

/// The member that holds the envelope.
struct Outer<'a> {
    member: Option<&'a RawValue>,
    is_repeated: bool,
}

struct OuterVisitor(&'static str);

impl<'de> Visitor<'de> for OuterVisitor {
    type Value = Outer<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Outer<'de>, A::Error> {
        let mut outer = Outer { member: None, is_repeated: false };
        while let Some(key) = map.next_key::<&RawValue>()? {
            if text(key).as_deref() == Some(self.0) {
                outer.is_repeated |= outer.member.is_some();
                outer.member = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(outer)
    }
}
