//! Reads and checks the headers of a delivery, before its body is read.

use std::{sync::Arc, time::SystemTime};

use crate::{
    HeaderSource, Provider, Scheme, Verifier, VerifyError,
    adapter::HeaderKey,
    coding::Coding,
    error::{SignatureShape, VerifyErrorKind},
    headers::{Occurrence, single_of},
    scheme::{BodyForm, Layout, Part, Timestamp, TimestampPlace},
    signature::{Tags, entries},
    verification::{
        groups::{self, Further, Group},
        time::{self, MemberTime},
    },
    verified::SignedFacts,
    verifier::Settings,
};

/// The facts in the headers of a delivery, if the headers are accepted.
pub(super) struct Head<'a> {
    pub(super) tags: Tags,
    pub(super) id: Option<&'a str>,
    pub(super) signed_at: Option<SystemTime>,
    pub(super) member: Option<MemberTime>,
    pub(super) header_length: usize,
    /// The content coding of the request. Read only if the verifier accepts an inflating body form.
    pub(super) coding: Option<Coding>,
    /// The groups after the first one. Schemes without groups have none.
    pub(super) further: Box<[Further]>,
    timestamp: Option<&'a str>,
    url: &'a [u8],
}

impl<'a> Head<'a> {
    /// Reads and checks the headers. Without `now`, times are compared with the verifier's clock.
    // Generic over the provider, so that features that its scheme does not use cost nothing.
    #[inline]
    pub(super) fn read<P: Provider, H: HeaderSource + ?Sized>(
        settings: &'a Settings,
        headers: &'a H,
        declared_length: Option<u64>,
        now: Option<SystemTime>,
    ) -> Result<Self, VerifyError> {
        let scheme = const { &Verifier::<P>::SCHEME };
        let (alternative, signature) = signature::<P, H>(settings, headers)?;
        let refused = |kind| {
            let error = VerifyError::new(kind, signature.len(), SignatureShape::of(signature));
            with_headers(error, settings)
        };
        let now = || now.unwrap_or_else(|| settings.clock.now());
        let (mut signed_at, mut member, mut further) = (None, None, Box::default());
        let (tags, timestamp) = if let (Some(separator), Some(rule)) =
            (scheme.groups, scheme.timestamp)
        {
            let (now, tolerance) = (now(), settings.tolerance.of(rule));
            let judge = |digits: &str| time::judge(rule.unit, digits, tolerance, now);
            let first;
            (first, further) = groups::read(scheme, rule, separator, signature, judge, refused)?;
            signed_at = Some(first.signed_at);
            (first.tags, Some(first.timestamp))
        } else {
            let tags = if scheme.is_numbered {
                Tags::of_headers(scheme, &numbered(settings, alternative, headers, signature)?)
            } else {
                Tags::read(scheme, signature)
            };
            let tags = tags.ok_or_else(|| refused(VerifyErrorKind::MalformedSignature))?;
            let timestamp = timestamp::<P, H>(settings, alternative, headers, signature);
            (tags, timestamp.map_err(refused)?)
        };
        let id = id::<P, H>(settings, alternative, headers).map_err(refused)?;

        if let Some(rule) = scheme.timestamp.filter(|_| scheme.groups.is_none()) {
            let (now, tolerance) = (now(), settings.tolerance.of(rule));
            match (rule.place, timestamp) {
                (TimestampPlace::Member(names), _) => {
                    member = Some(MemberTime { names, unit: rule.unit, tolerance, now });
                }
                (_, digits) => {
                    let digits = digits.unwrap_or_default();
                    let time = time::judge(rule.unit, digits, tolerance, now)
                        .map_err(|error| refused(error.kind()).with_stale(error.stale()))?;
                    signed_at = Some(time);
                }
            }
        }
        if declared_length.is_some_and(|length| length > settings.body_limit as u64) {
            return Err(refused(VerifyErrorKind::BodyTooLarge));
        }
        let url = settings.url.as_bytes();
        let wants_coding = settings.forms.iter().any(BodyForm::wants_coding);
        let coding = if wants_coding { Coding::of(headers) } else { None };
        let header_length = signature.len();
        let prepare = |Group { tags, timestamp, signed_at }| {
            let preamble = preamble(scheme, id, Some(timestamp), url).flatten().copied().collect();
            Further { tags, preamble, signed_at }
        };
        // The compiler drops this for schemes without groups.
        let further = match scheme.groups {
            Some(_) => further.into_iter().map(prepare).collect(),
            None => Box::default(),
        };
        Ok(Self { tags, id, signed_at, member, header_length, coding, further, timestamp, url })
    }

    /// Returns the facts about the delivery, other than its body.
    #[inline]
    pub(super) fn facts(
        settings: &Settings,
        id: Option<&str>,
        signed_at: Option<SystemTime>,
    ) -> SignedFacts {
        let custom = settings.custom.clone();
        SignedFacts { custom, id: id.map(Arc::from), signed_at, tenant: None }
    }

    /// Returns the parts of the text that is signed before the body.
    #[inline]
    pub(super) fn preamble(
        &self,
        scheme: &'static Scheme,
    ) -> impl Iterator<Item = &'a [u8]> + Clone + use<'a> {
        preamble(scheme, self.id, self.timestamp, self.url)
    }
}

/// Returns a preamble that was joined before.
// Of the same type as the preamble of a head, so that there is only one `HmacKey::matches`.
#[inline]
pub(crate) fn joined_preamble(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    pieces(&[Part::Url], None, None, text)
}

#[inline]
fn preamble<'a>(
    scheme: &'static Scheme,
    id: Option<&'a str>,
    timestamp: Option<&'a str>,
    url: &'a [u8],
) -> impl Iterator<Item = &'a [u8]> + Clone {
    // The scheme asserts that the body comes last.
    let before = scheme.signed.split_last().map_or(&[][..], |(_, before)| before);
    pieces(before, id, timestamp, url)
}

#[inline]
fn pieces<'a>(
    before: &'static [Part],
    id: Option<&'a str>,
    timestamp: Option<&'a str>,
    url: &'a [u8],
) -> impl Iterator<Item = &'a [u8]> + Clone {
    before.iter().map(move |part| match part {
        Part::Literal(text) => text.as_bytes(),
        Part::Timestamp => timestamp.unwrap_or_default().as_bytes(),
        Part::Id => id.unwrap_or_default().as_bytes(),
        Part::Url => url,
        Part::Body => b"",
    })
}

/// Adds the names of the headers that caused an error.
#[cold]
fn with_headers(error: VerifyError, settings: &Settings) -> VerifyError {
    let Settings { signature_headers, timestamp_headers, id_headers, .. } = settings;
    match error.kind() {
        VerifyErrorKind::MissingSignature
        | VerifyErrorKind::RepeatedSignature
        | VerifyErrorKind::MalformedSignature => error.with_headers(signature_headers),
        VerifyErrorKind::MalformedTimestamp | VerifyErrorKind::StaleTimestamp => {
            // A scheme without timestamp headers has the time in the signature header.
            let is_apart = !timestamp_headers.is_empty();
            error.with_headers(if is_apart { timestamp_headers } else { signature_headers })
        }
        VerifyErrorKind::MalformedId => error.with_headers(id_headers),
        VerifyErrorKind::AmbiguousSignature
        | VerifyErrorKind::Mismatch
        | VerifyErrorKind::BodyTooLarge
        | VerifyErrorKind::UnknownTenant
        | VerifyErrorKind::SecretsNotLookedUp => error,
    }
}

/// Finds the first signature header that is present. If the headers are numbered, finds the first
/// one that is not empty, and [`numbered`] then reads the headers after it.
#[inline]
fn signature<'a, P: Provider, H: HeaderSource + ?Sized>(
    settings: &'a Settings,
    headers: &'a H,
) -> Result<(usize, &'a [u8]), VerifyError> {
    for (alternative, name) in settings.signature_headers.iter().enumerate() {
        match single_of(headers, name) {
            Occurrence::Absent => {}
            Occurrence::Once(b"") if Verifier::<P>::SCHEME.is_numbered => {}
            Occurrence::Once(b"") => break,
            Occurrence::Once(value) => return Ok((alternative, value)),
            Occurrence::Repeated => {
                return Err(with_headers(VerifyErrorKind::RepeatedSignature.into(), settings));
            }
        }
    }
    Err(with_headers(VerifyErrorKind::MissingSignature.into(), settings))
}

/// Collects the values of all numbered headers. The first one that is not empty has the index
/// `first` and the value `value`.
fn numbered<'a, H: HeaderSource + ?Sized>(
    settings: &'a Settings,
    first: usize,
    headers: &'a H,
    value: &'a [u8],
) -> Result<Vec<&'a [u8]>, VerifyError> {
    let mut values = vec![value];
    for name in settings.signature_headers.iter().skip(first + 1) {
        match single_of(headers, name) {
            Occurrence::Absent => {}
            Occurrence::Once(value) => values.push(value),
            Occurrence::Repeated => {
                return Err(with_headers(VerifyErrorKind::RepeatedSignature.into(), settings));
            }
        }
    }
    Ok(values)
}

/// Finds the text of the timestamp, if the scheme has one in a header.
#[inline]
fn timestamp<'a, P: Provider, H: HeaderSource + ?Sized>(
    settings: &'a Settings,
    alternative: usize,
    headers: &'a H,
    signature: &'a [u8],
) -> Result<Option<&'a str>, VerifyErrorKind> {
    let scheme = const { &Verifier::<P>::SCHEME };
    let Some(rule) = scheme.timestamp else {
        return Ok(None);
    };
    match rule.place {
        TimestampPlace::Member(_) => Ok(None),
        TimestampPlace::Header(_) => {
            digits(companion(headers, &settings.timestamp_headers, alternative)).map(Some)
        }
        TimestampPlace::Entry(_) => entry_timestamp(scheme, rule, signature).map(Some),
    }
}

/// Finds the text of the timestamp in a list.
#[inline]
pub(super) fn entry_timestamp<'a>(
    scheme: &Scheme,
    rule: Timestamp,
    list: &'a [u8],
) -> Result<&'a str, VerifyErrorKind> {
    let (TimestampPlace::Entry(key), Layout::List { separator, assign, .. }) =
        (rule.place, scheme.layout)
    else {
        // Never reached: `Scheme::checked` accepts a timestamp in an entry only for lists.
        return Err(VerifyErrorKind::MalformedTimestamp);
    };
    let mut values = entries(list, separator, assign, key);
    match (values.next(), values.next()) {
        (Some(value), None) => digits(Some(value)),
        _ => Err(VerifyErrorKind::MalformedTimestamp),
    }
}

#[inline]
fn digits(value: Option<&[u8]>) -> Result<&str, VerifyErrorKind> {
    let digits = value.filter(|value| value.iter().all(u8::is_ascii_digit) && !value.is_empty());
    let text = digits.and_then(|digits| str::from_utf8(digits).ok());
    text.ok_or(VerifyErrorKind::MalformedTimestamp)
}

/// Finds the text of the signed id, if the scheme has one.
#[inline]
fn id<'a, P: Provider, H: HeaderSource + ?Sized>(
    settings: &'a Settings,
    alternative: usize,
    headers: &'a H,
) -> Result<Option<&'a str>, VerifyErrorKind> {
    let scheme = const { &Verifier::<P>::SCHEME };
    if scheme.id_headers.is_empty() {
        return Ok(None);
    }
    let value = companion(headers, &settings.id_headers, alternative);
    let text = value.and_then(|value| str::from_utf8(value).ok()).filter(|text| !text.is_empty());
    // If an id contained the separator, one signed text could be read in several ways.
    let text = text.filter(|text| scheme.separator_within(text).is_none());
    text.map(Some).ok_or(VerifyErrorKind::MalformedId)
}

/// Finds the id or timestamp header that goes with the signature header that was found.
fn companion<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    names: &'a [HeaderKey],
    alternative: usize,
) -> Option<&'a [u8]> {
    let name = names.get(alternative).or(names.first())?;
    match single_of(headers, name) {
        Occurrence::Once(value) => Some(value),
        Occurrence::Absent | Occurrence::Repeated => None,
    }
}
