//! The headers of a delivery that are worth keeping.

use serde::{Deserialize, Serialize};

use super::octets::Octets;
use crate::{HeaderSource, Provider, Verifier, custom::Custom, event::Location};

/// The headers that the signature, the id and the type of a delivery are read from, with all their
/// values in order.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct StoredHeaders(Vec<Field>);

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Field {
    name: Box<str>,
    value: Octets,
}

impl StoredHeaders {
    /// Takes the headers that a verifier of `P` with these settings reads.
    pub(super) fn of<P: Provider, H: HeaderSource + ?Sized>(custom: &Custom, headers: &H) -> Self {
        let mut fields = Vec::new();
        for name in names::<P>(custom) {
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
fn names<P: Provider>(custom: &Custom) -> Vec<&str> {
    let scheme = const { &Verifier::<P>::SCHEME };
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
    for place in [P::EVENT.id, P::EVENT.event_type] {
        match place {
            Location::UnsignedHeader(name) => add(name),
            Location::Body(_) | Location::BodyAll(_) | Location::SignedId | Location::None => {}
        }
    }
    names
}
