//! One delivery under way.

use std::{
    fmt,
    marker::PhantomData,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use arc_swap::ArcSwap;

use crate::{
    Form, HeaderSource, Part, Provider, Scheme, SignatureForm, Timestamp, TimestampUnit, Verified,
    Verifier, VerifyError, VerifyErrorKind,
    headers::{Occurrence, single},
    mac::{Key, Mac},
    scheme::{Layout, TimestampPlace},
    signature::{Tags, entries},
    verifier::{Keys, Settings},
};

/// A delivery whose headers were accepted and whose body is coming in.
///
/// Made by [`Verifier::begin`]; each chunk goes through [`update`](Self::update), and
/// [`finish`](Self::finish) gives the verdict.
#[must_use]
pub struct Verification<P> {
    mac: Mac,
    tags: Tags,
    /// What is tried when the current secret does not match over the bytes of the wire.
    others: Option<Others>,
    /// What is signed before the body; kept for the others only.
    preamble: Vec<u8>,
    received: usize,
    limit: usize,
    id: Option<Box<str>>,
    signed_at: Option<SystemTime>,
    header_length: usize,
    provider: PhantomData<fn() -> P>,
}

/// Further secrets and forms.
struct Others {
    keys: Arc<Keys>,
    forms: Arc<[Form]>,
}

impl<P: Provider> Verification<P> {
    pub(crate) fn begin<H: HeaderSource + ?Sized>(
        settings: &Settings,
        keys: &ArcSwap<Keys>,
        headers: &H,
        declared_length: Option<u64>,
    ) -> Result<Self, VerifyError> {
        let scheme = &Verifier::<P>::SCHEME;

        let (alternative, signature) = signature(scheme, settings, headers)?;
        let refused = |kind| VerifyError::new(kind, signature.len(), SignatureForm::of(signature));
        let tags = Tags::read(scheme, signature)
            .ok_or_else(|| refused(VerifyErrorKind::MalformedSignature))?;
        let timestamp = timestamp(scheme, alternative, headers, signature).map_err(refused)?;
        let id = id(scheme, alternative, headers).map_err(refused)?;
        let signed_at = match (scheme.timestamp, timestamp) {
            (Some(rule), Some(text)) => {
                Some(judge_time(rule, text, settings.clock.now()).map_err(refused)?)
            }
            _ => None,
        };
        let limit = settings.body_limit;
        if declared_length.is_some_and(|length| length > limit as u64) {
            return Err(refused(VerifyErrorKind::BodyTooLarge));
        }

        let keys = keys.load();
        let has_others = !keys.retired.is_empty() || !settings.forms.is_empty();
        let mut mac = keys.current.start();
        let mut preamble = Vec::new();
        for part in scheme.signed {
            let bytes = match part {
                Part::Literal(text) => text.as_bytes(),
                Part::Timestamp => timestamp.unwrap_or_default().as_bytes(),
                Part::Id => id.unwrap_or_default().as_bytes(),
                Part::Url => match &settings.url {
                    Some(url) => url.as_bytes(),
                    None => return Err(refused(VerifyErrorKind::UrlNotConfigured)),
                },
                Part::Body => break,
            };
            mac.update(bytes);
            if has_others {
                preamble.extend_from_slice(bytes);
            }
        }

        Ok(Self {
            mac,
            tags,
            others: has_others
                .then(|| Others { keys: Arc::clone(&keys), forms: Arc::clone(&settings.forms) }),
            preamble,
            received: 0,
            limit,
            id: id.map(Box::from),
            signed_at,
            header_length: signature.len(),
            provider: PhantomData,
        })
    }

    /// Takes the next bytes of the body.
    ///
    /// # Errors
    ///
    /// [`VerifyErrorKind::BodyTooLarge`] once the body grows over the limit; the chunk that does
    /// is not hashed. Stop reading then.
    pub fn update(&mut self, chunk: &[u8]) -> Result<(), VerifyError> {
        self.received = self.received.saturating_add(chunk.len());
        if self.received > self.limit {
            return Err(self.refused(VerifyErrorKind::BodyTooLarge));
        }
        self.mac.update(chunk);
        Ok(())
    }

    /// Gives the verdict over the whole body.
    ///
    /// `body` is what the chunks were, put together: it becomes the proof's bytes, unless another
    /// form of it was signed.
    ///
    /// # Errors
    ///
    /// [`VerifyErrorKind::Mismatch`] if it was not signed with any of the secrets, or if `body` is
    /// not as long as the chunks were together.
    ///
    /// # Security
    ///
    /// The chunks were hashed as they came; that `body` holds the same bytes is the caller's
    /// promise. [`Verifier::verify`] needs no promise.
    pub fn finish<B>(self, body: B) -> Result<Verified<P, B>, VerifyError>
    where
        B: AsRef<[u8]> + From<Vec<u8>>,
    {
        let refused = self.refused(VerifyErrorKind::Mismatch);
        let bytes = body.as_ref();
        if bytes.len() != self.received {
            return Err(refused);
        }
        if self.mac.matches(self.tags.iter()) {
            return Ok(Verified::new(body, 0, Form::Wire, self.id, self.signed_at));
        }
        let Some(Others { keys, forms }) = self.others else {
            return Err(refused.with_tried(1, 1));
        };

        let matches = |key: &Key, text: &[u8]| {
            let mut mac = key.start();
            mac.update(&self.preamble);
            mac.update(text);
            mac.matches(self.tags.iter())
        };
        if let Some(index) = keys.retired.iter().position(|key| matches(key, bytes)) {
            return Ok(Verified::new(body, 1 + index, Form::Wire, self.id, self.signed_at));
        }
        for form in forms.iter() {
            // A body that is spelled so already was tried.
            let Some(text) = form.spell(bytes).filter(|text| text != bytes) else { continue };
            let mut all = std::iter::once(&keys.current).chain(&keys.retired);
            if let Some(index) = all.position(|key| matches(key, &text)) {
                return Ok(Verified::new(B::from(text), index, *form, self.id, self.signed_at));
            }
        }
        Err(refused.with_tried(1 + keys.retired.len(), 1 + forms.len()))
    }

    /// Once the signature was read, its form is the scheme's.
    fn refused(&self, kind: VerifyErrorKind) -> VerifyError {
        let form = SignatureForm::wanted(&Verifier::<P>::SCHEME);
        VerifyError::new(kind, self.header_length, form).with_received(self.received)
    }
}

impl<P: Provider> fmt::Debug for Verification<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("provider", &P::NAME)
            .field("received", &self.received)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// Finds the signature: of several header names, the first that is present decides.
fn signature<'a, H: HeaderSource + ?Sized>(
    scheme: &Scheme,
    settings: &'a Settings,
    headers: &'a H,
) -> Result<(usize, &'a [u8]), VerifyError> {
    for (alternative, name) in settings.signature_headers(scheme).enumerate() {
        match single(headers, name) {
            Occurrence::Absent => {}
            Occurrence::Once(b"") => break,
            Occurrence::Once(value) => return Ok((alternative, value)),
            Occurrence::Repeated => {
                return Err(VerifyError::from(VerifyErrorKind::RepeatedSignature));
            }
        }
    }
    Err(VerifyError::from(VerifyErrorKind::MissingSignature))
}

/// Finds the timestamp's text, where the scheme has one.
fn timestamp<'a, H: HeaderSource + ?Sized>(
    scheme: &Scheme,
    alternative: usize,
    headers: &'a H,
    signature: &'a [u8],
) -> Result<Option<&'a str>, VerifyErrorKind> {
    let Some(rule) = scheme.timestamp else {
        return Ok(None);
    };
    let value = match (rule.place, scheme.layout) {
        (TimestampPlace::Header(names), _) => companion(headers, names, alternative),
        (TimestampPlace::Entry(key), Layout::List { separator, assign, .. }) => {
            let mut values = entries(signature, separator, assign, key);
            match (values.next(), values.next()) {
                (Some(value), None) => Some(value),
                _ => None,
            }
        }
        // A constant assertion of the scheme rules this out.
        (TimestampPlace::Entry(_), Layout::Plain | Layout::Prefixed(_)) => None,
    };
    let digits = value.filter(|value| value.iter().all(u8::is_ascii_digit) && !value.is_empty());
    let text = digits.and_then(|digits| str::from_utf8(digits).ok());
    text.map(Some).ok_or(VerifyErrorKind::MalformedTimestamp)
}

/// Finds the signed id's text, where the scheme has one.
fn id<'a, H: HeaderSource + ?Sized>(
    scheme: &Scheme,
    alternative: usize,
    headers: &'a H,
) -> Result<Option<&'a str>, VerifyErrorKind> {
    if scheme.id_headers.is_empty() {
        return Ok(None);
    }
    let value = companion(headers, scheme.id_headers, alternative);
    let text = value.and_then(|value| str::from_utf8(value).ok()).filter(|text| !text.is_empty());
    text.map(Some).ok_or(VerifyErrorKind::MalformedId)
}

/// Finds the header that goes with the signature header that was found.
fn companion<'a, H: HeaderSource + ?Sized>(
    headers: &'a H,
    names: &'static [&'static str],
    alternative: usize,
) -> Option<&'a [u8]> {
    let name = names.get(alternative).or(names.first())?;
    match single(headers, name) {
        Occurrence::Once(value) => Some(value),
        Occurrence::Absent | Occurrence::Repeated => None,
    }
}

/// Whether the time that `digits` tell is within the tolerance, and which it is. Nothing here can
/// overflow, whatever the digits.
fn judge_time(
    rule: Timestamp,
    digits: &str,
    now: SystemTime,
) -> Result<SystemTime, VerifyErrorKind> {
    let count: u64 = digits.parse().map_err(|_| VerifyErrorKind::MalformedTimestamp)?;
    let since_epoch = match rule.unit {
        TimestampUnit::Seconds => Duration::from_secs(count),
        TimestampUnit::Milliseconds => Duration::from_millis(count),
    };
    let time = UNIX_EPOCH.checked_add(since_epoch).ok_or(VerifyErrorKind::StaleTimestamp)?;
    let distance = match now.duration_since(time) {
        Ok(age) => age,
        Err(error) => error.duration(),
    };
    if distance > rule.tolerance {
        return Err(VerifyErrorKind::StaleTimestamp);
    }
    Ok(time)
}

#[cfg(test)]
mod tests;
