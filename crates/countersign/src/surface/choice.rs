//! The choice among several verifiers of one endpoint.

use countersign_core::{
    __KeySet as KeySet, HeaderSource,
    adapter::HeaderKey,
    event::{EventAt, Location},
    scheme::ForeignHeaders,
};

use crate::surface::{Reason, Verifiers};

/// One verifier of several.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    /// The name of the verifier's endpoint.
    pub(crate) name: &'a str,
    /// The headers in which the verifier looks for the signature.
    pub(crate) headers: &'a [HeaderKey],
    /// The places of the event's id and type.
    pub(crate) event: EventAt,
    /// The signature headers of other providers that the verifier's provider also sends.
    pub(crate) foreign: ForeignHeaders,
    /// The verifier's keys, unless they are looked up for each tenant.
    pub(crate) keys: Option<KeySet>,
}

/// Finds the verifier for a delivery that has the signature headers of several providers.
///
/// The narrowest verifier meets two conditions: its provider sends all signature headers that the
/// delivery has, its own and those of the other providers ([`ForeignHeaders`]); and no provider of
/// another verifier sends all signature headers of this one.
///
/// Returns the place of the verifier from the left, counted from 0.
pub(crate) fn narrowest<V, H>(verifiers: &V, headers: &H) -> Option<usize>
where
    V: Verifiers,
    H: HeaderSource + ?Sized,
{
    let mut claims = Vec::new();
    let mut place = 0;
    verifiers.visit(&mut |candidate| {
        if candidate.present(headers).next().is_some() {
            claims.push((place, candidate));
        }
        place += 1;
    });
    let is_narrowest = |(place, candidate): &(usize, Candidate<'_>)| {
        claims.iter().filter(|(other, _)| other != place).all(|(_, other)| {
            candidate.sends_those_of(other, headers) && !other.sends_those_of(candidate, headers)
        })
    };
    claims.iter().find(|claim| is_narrowest(claim)).map(|(place, _)| *place)
}

/// Finds two verifiers that look for the signature in the same header: every delivery with this
/// header would be ambiguous.
#[inline]
pub(crate) fn shared_header<V: Verifiers>(verifiers: &V) -> Option<Reason> {
    if V::COUNT < 2 {
        return None;
    }
    let mut found = None;
    let mut place = 0;
    verifiers.visit(&mut |candidate| {
        let mut other_place = 0;
        verifiers.visit(&mut |other| {
            if other_place > place && found.is_none() {
                found = candidate.shared_with(&other);
            }
            other_place += 1;
        });
        place += 1;
    });
    found
}

/// Panics if two verifiers look for the signature in the same header.
#[track_caller]
pub(crate) fn assert_apart<V: Verifiers>(verifiers: &V) {
    if let Some(reason) = shared_header(verifiers) {
        panic!("{reason}");
    }
}

/// Panics if the events of all providers have no type.
#[track_caller]
pub(crate) fn assert_typed<V: Verifiers>(verifiers: &V) {
    let mut has_type = false;
    verifiers.visit(&mut |candidate| has_type |= candidate.event.event_type != Location::None);
    assert!(
        has_type,
        "events of {} have no type: take them with Webhook, or set Provider::EVENT",
        V::NAMES.joined(),
    );
}

impl<'a> Candidate<'a> {
    /// Returns the signature headers of this verifier that the delivery has.
    fn present<'h, H>(&self, headers: &'h H) -> impl Iterator<Item = &'h HeaderKey>
    where
        'a: 'h,
        H: HeaderSource + ?Sized,
    {
        self.headers.iter().filter(|name| headers.values_by_key(name).next().is_some())
    }

    /// Returns true if the provider of this verifier also sends each signature header of the other
    /// verifier that the delivery has.
    fn sends_those_of<H>(&self, other: &Candidate<'_>, headers: &H) -> bool
    where
        H: HeaderSource + ?Sized,
    {
        other.present(headers).all(|name| self.foreign.include(name.as_str()))
    }

    fn shared_with(&self, other: &Candidate<'_>) -> Option<Reason> {
        let is_shared = |name: &&HeaderKey| {
            let mut others = other.headers.iter();
            others.any(|other| other.as_str().eq_ignore_ascii_case(name.as_str()))
        };
        let header = self.headers.iter().find(is_shared)?;
        Some(Reason::SharedHeader {
            header: header.as_str().into(),
            verifiers: [self.name.into(), other.name.into()],
        })
    }
}
