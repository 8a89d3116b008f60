//! Reads an event's data without its type.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer as _,
    de::{DeserializeOwned, IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    PayloadError,
    event::{
        Delivery, EventAt,
        envelope_members::{Members, text},
        json,
    },
};

/// Reads the data of a delivery. A valid body is read in one pass, unless the data is within
/// another member.
pub(super) fn read<T: DeserializeOwned>(delivery: &Delivery<'_>) -> Result<T, PayloadError> {
    let text = delivery.text()?;
    let EventAt { data, within, .. } = *delivery.at();
    match (data, within) {
        (None, None) => json::parse(text),
        (Some(member), None) => match in_one_pass(text, member) {
            Some(data) => Ok(data),
            None => of_member(text, delivery.at()),
        },
        (_, Some(_)) => of_member(text, delivery.at()),
    }
}

/// Finds the text of the data, and then reads it. Reports each error with its position.
fn of_member<T: DeserializeOwned>(text: &str, at: &EventAt) -> Result<T, PayloadError> {
    let EventAt { data, within, .. } = *at;
    let name = data.or(within).unwrap_or_default();
    let at = match data {
        Some(_) => EventAt { data, within, ..EventAt::OPEN },
        // The envelope is the data.
        None => EventAt { data: within, ..EventAt::OPEN },
    };
    match Members::of(&at, text)?.data {
        Some(data) => json::parse_member(text, data.get(), name),
        None => json::parse_absent(name),
    }
}

/// Reads the member that holds the data, and skips all others. Returns `None` if the text is not a
/// JSON object, or if the member is absent, is repeated or does not fit `T`.
fn in_one_pass<T: DeserializeOwned>(text: &str, member: &str) -> Option<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let visitor = MemberVisitor { member, data: PhantomData };
    let data = deserializer.deserialize_map(visitor).ok()?;
    deserializer.end().ok()?;
    data
}

struct MemberVisitor<'m, T> {
    member: &'m str,
    data: PhantomData<T>,
}

impl<'de, T: DeserializeOwned> Visitor<'de> for MemberVisitor<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Option<T>, A::Error> {
        let mut data = None;
        let mut is_repeated = false;
        // A key is kept raw, because a key that is not valid text (a lone surrogate) is not an
        // error.
        while let Some(key) = map.next_key::<&RawValue>()? {
            if text(key).as_deref() == Some(self.member) && !is_repeated {
                is_repeated = data.is_some();
                data = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(data.filter(|_| !is_repeated))
    }
}
