//! From a type's text to a variant, and to what the variant holds.

use std::{borrow::Cow, fmt, marker::PhantomData, mem};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{
    PayloadError,
    event::{Delivery, FromEnvelope, RawEnvelope, UnknownEvent, envelope_members::Members},
};

/// An enum of events, as [`events!`](crate::events) writes it.
pub trait Variants: Sized {
    /// Lets `reader` read the variant that an event of this type is: the one place where a type's
    /// text becomes a Rust type.
    fn choose<R: Reader<Self>>(event_type: &str, reader: R) -> R::Output;

    /// Reads the event of a delivery: in one pass where the type stands before the data, as nearly
    /// all providers have it.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is no event, or its data does not fit its type.
    fn read(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let text = delivery.text()?;
        if let Some(event) = in_one_pass(delivery, text) {
            return event;
        }
        // What is wrong, if anything is, and where, is told in one way: by the raw envelope.
        Self::from_raw(RawEnvelope::new(delivery, text, Members::of(delivery.at(), text)?)?)
    }

    /// Reads the event of an envelope.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the data does not fit the type.
    fn from_raw(envelope: RawEnvelope<'_>) -> Result<Self, PayloadError> {
        let event_type = envelope.event_type.clone();
        Self::choose(&event_type, envelope)
    }
}

/// What reads an event once its variant is chosen.
pub trait Reader<E> {
    /// What comes of it.
    type Output;

    /// Reads what this variant holds.
    fn known<T: FromEnvelope>(self, variant: impl FnOnce(T) -> E) -> Self::Output;

    /// Keeps the event whole.
    fn unknown(self, variant: impl FnOnce(UnknownEvent) -> E) -> Self::Output;
}

/// Reads data that was kept as text.
impl<E> Reader<E> for RawEnvelope<'_> {
    type Output = Result<E, PayloadError>;

    fn known<T: FromEnvelope>(self, variant: impl FnOnce(T) -> E) -> Self::Output {
        let data = self.data()?;
        T::from_envelope(self.around(data)).map(variant)
    }

    fn unknown(self, variant: impl FnOnce(UnknownEvent) -> E) -> Self::Output {
        Ok(variant(self.into_unknown()))
    }
}

/// Reads data at its place, while the envelope is being read.
struct AtData<'m, 'de, A> {
    map: A,
    delivery: &'m Delivery<'de>,
    text: &'de str,
    members: &'m mut Members<'de>,
}

impl<'de, A: MapAccess<'de>> AtData<'_, 'de, A> {
    /// Reads the members behind the data.
    fn rest(mut self) -> Result<Result<RawEnvelope<'de>, PayloadError>, A::Error> {
        self.members.take(&mut self.map, self.delivery.at(), |_| None)?;
        Ok(RawEnvelope::new(self.delivery, self.text, mem::take(self.members)))
    }
}

impl<'de, A: MapAccess<'de>, E> Reader<E> for AtData<'_, 'de, A> {
    type Output = Result<Result<E, PayloadError>, A::Error>;

    fn known<T: FromEnvelope>(mut self, variant: impl FnOnce(T) -> E) -> Self::Output {
        let data = self.map.next_value()?;
        Ok(self.rest()?.and_then(|envelope| {
            // Of data that is repeated, the last counts.
            if envelope.has_data_member() {
                return envelope.known(variant);
            }
            T::from_envelope(envelope.around(data)).map(variant)
        }))
    }

    fn unknown(mut self, variant: impl FnOnce(UnknownEvent) -> E) -> Self::Output {
        self.map.next_value::<IgnoredAny>()?;
        Ok(self.rest()?.and_then(|envelope| envelope.unknown(variant)))
    }
}

/// Reads an event, or gives up where the parser does, and where the envelope is within a member.
fn in_one_pass<'a, E: Variants>(
    delivery: &Delivery<'a>,
    text: &'a str,
) -> Option<Result<E, PayloadError>> {
    if delivery.at().within.is_some() {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let visitor = OnePass { delivery, text, event: PhantomData };
    let event = deserializer.deserialize_map(visitor).ok()?;
    deserializer.end().ok()?;
    Some(event)
}

struct OnePass<'d, 'a, E> {
    delivery: &'d Delivery<'a>,
    text: &'a str,
    event: PhantomData<E>,
}

impl<'de, E: Variants> Visitor<'de> for OnePass<'_, 'de, E> {
    type Value = Result<E, PayloadError>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Self { delivery, text, .. } = self;
        let mut members = Members::default();
        match members.take(&mut map, delivery.at(), settled_type(delivery))? {
            Some(event_type) => {
                E::choose(event_type, AtData { map, delivery, text, members: &mut members })
            }
            None => Ok(RawEnvelope::new(delivery, text, members).and_then(E::from_raw)),
        }
    }
}

/// The type, once no member that follows can tell another.
fn settled_type<'a>(delivery: &Delivery<'a>) -> impl Fn(&Members<'a>) -> Option<&'a str> {
    move |members| match (&members.event_type, delivery.header_type()) {
        (_, Some(event_type)) => Some(event_type),
        (Some((0, Cow::Borrowed(event_type))), None) => Some(event_type),
        _ => None,
    }
}
