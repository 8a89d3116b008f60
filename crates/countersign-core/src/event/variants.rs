//! Chooses a variant by the event's type, and reads the data that the variant holds.

use std::{borrow::Cow, fmt, marker::PhantomData, mem};

use serde::{
    Deserializer as _,
    de::{IgnoredAny, MapAccess, Visitor},
};

use crate::{
    PayloadError,
    event::{Delivery, FromEnvelope, RawEnvelope, UnknownEvent, envelope_members::Members},
};

/// An enum of events that [`events!`](crate::events) defines.
pub trait Variants: Sized {
    /// Chooses the variant for an event type, and lets `reader` read it. Only this method maps the
    /// text of a type to a Rust type.
    fn choose<R: Reader<Self>>(event_type: &str, reader: R) -> R::Output;

    /// Reads the event of a delivery, in one pass if the type comes before the data, as it does
    /// with nearly all providers.
    ///
    /// # Errors
    ///
    /// [`PayloadError`] if the body is not an event, or if its data does not fit its type.
    fn read(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
        let text = delivery.text()?;
        if let Some(event) = in_one_pass(delivery, text) {
            return event;
        }
        // The raw envelope reads all other events, and reports each error with its position.
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

/// A reader for the data of an event whose variant is known.
pub trait Reader<E> {
    /// The result of reading.
    type Output;

    /// Reads the data that this variant holds.
    fn known<T: FromEnvelope>(self, variant: impl FnOnce(T) -> E) -> Self::Output;

    /// Keeps an event of an unknown type whole.
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

/// Reads the data in the same pass as the envelope.
struct AtData<'m, 'de, A> {
    map: A,
    delivery: &'m Delivery<'de>,
    text: &'de str,
    members: &'m mut Members<'de>,
}

impl<'de, A: MapAccess<'de>> AtData<'_, 'de, A> {
    /// Reads the members after the data.
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
            // If the data is repeated, the last one counts.
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

/// Reads an event in one pass. Returns `None` if the parser fails, or if the envelope is within a
/// member.
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

/// Returns a function that returns the type as soon as no later member can change it.
fn settled_type<'a>(delivery: &Delivery<'a>) -> impl Fn(&Members<'a>) -> Option<&'a str> {
    move |members| match (&members.event_type, delivery.header_type()) {
        (_, Some(event_type)) => Some(event_type),
        (Some((0, Cow::Borrowed(event_type))), None) => Some(event_type),
        _ => None,
    }
}
