//! The headers of a delivery that are stored.

use serde::{Deserialize, Serialize};

use super::octets::Octets;
use crate::{
    HeaderSource, Scheme,
    custom::Custom,
    event::{EventAt, Location},
};

/// The headers that the signature, the id, the time and the type of a delivery are read from, with
/// all their values in order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredHeaders(Vec<Field>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Field {
    name: Box<str>,
    value: Octets,
}

impl StoredHeaders {
    /// Copies the headers that a verifier with this scheme and these settings reads.
    pub(super) fn of<H: HeaderSource + ?Sized>(
        scheme: &'static Scheme,
        event: &EventAt,
        custom: &Custom,
        headers: &H,
    ) -> Self {
        let mut fields = Vec::new();
        for name in names(scheme, event, custom) {
            let values = headers.values(name).map(Octets::copy);
            fields.extend(values.map(|value| Field { name: name.into(), value }));
        }
        Self(fields)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|field| (&*field.name, &**field.value.bytes()))
    }
}

/// Returns the names of the headers, each once.
fn names<'a>(scheme: &'static Scheme, event: &EventAt, custom: &'a Custom) -> Vec<&'a str> {
    let mut names = Vec::new();
    let mut add = |name| {
        if !names.iter().any(|other: &&str| other.eq_ignore_ascii_case(name)) {
            names.push(name);
        }
    };
    if let Some(name) = custom.header() {
        let (id, timestamp) = scheme.companions(name);
        [Some(name), id, timestamp].into_iter().flatten().for_each(&mut add);
    } else {
        let all = [scheme.headers, scheme.id_headers, scheme.timestamp_headers()];
        all.into_iter().flatten().copied().for_each(&mut add);
    }
    for place in [event.id, event.event_type] {
        match place {
            Location::UnsignedHeader(name) => add(name),
            Location::Body(_) | Location::BodyAll(_) | Location::SignedId | Location::None => {}
        }
    }
    names
}
