//! A signature in preparation.

use std::time::{SystemTime, UNIX_EPOCH};

use super::{SignedHeaders, Signer, SigningKey};
use crate::{
    Provider, Scheme, Verifier,
    error::SignError,
    scheme::{Part, TimestampUnit},
    signature,
    signed_url::SignedUrl,
};

/// A signature in preparation: the time and the id that are signed besides the body.
#[derive(Debug)]
#[must_use]
pub struct Signing<'a, P: Provider> {
    signer: &'a Signer<P>,
    time: Option<SystemTime>,
    id: Option<&'a str>,
}

/// Prepares a signature without an id, at the current time if the scheme signs the time.
impl<'a, P: Provider> From<&'a Signer<P>> for Signing<'a, P> {
    fn from(signer: &'a Signer<P>) -> Self {
        Self { signer, time: None, id: None }
    }
}

impl<'a, P: Provider> Signing<'a, P> {
    /// Signs at this time. Default: the current time.
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Signs a delivery with this id.
    pub fn id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Signs a body. An id or a time that the scheme does not sign is not in the headers.
    ///
    /// # Errors
    ///
    /// - [`SignError::MissingId`] if the scheme signs an id, and none was given;
    /// - [`SignError::IdNotHeaderText`] if the id cannot be in a header;
    /// - [`SignError::IdHoldsSeparator`] if the id contains the separator of the signed text;
    /// - [`SignError::TimeBeforeEpoch`] if the scheme signs the time, and the time is before 1970.
    pub fn sign(self, body: &[u8]) -> Result<SignedHeaders, SignError> {
        let Signer { key, header, url, .. } = self.signer;
        let Self { time, id, .. } = self;
        Unsigned { key, header: header.as_deref(), url, time, id, body }
            .sign(&Verifier::<P>::SCHEME)
    }
}

/// A body, and everything that is signed with it.
pub(crate) struct Unsigned<'a> {
    pub(crate) key: &'a SigningKey,
    /// The header of the signature, if it is not the scheme's first one.
    pub(crate) header: Option<&'a str>,
    pub(crate) url: &'a SignedUrl,
    pub(crate) time: Option<SystemTime>,
    pub(crate) id: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl Unsigned<'_> {
    pub(crate) fn sign(self, scheme: &Scheme) -> Result<SignedHeaders, SignError> {
        let timestamp = match (scheme.timestamp, self.time) {
            (Some(rule), time) => Some(digits(rule.unit, time.unwrap_or_else(SystemTime::now))?),
            (None, _) => None,
        };

        let mut text = Vec::with_capacity(self.body.len());
        for part in scheme.signed {
            text.extend_from_slice(match part {
                Part::Literal(text) => text.as_bytes(),
                // The scheme asserts that a signed timestamp has a place.
                Part::Timestamp => timestamp.as_deref().unwrap_or_default().as_bytes(),
                Part::Id => signed_id(scheme, self.id.ok_or(SignError::MissingId)?)?.as_bytes(),
                Part::Url => self.url.as_bytes(),
                Part::Body => self.body,
            });
        }

        let name = self.header.unwrap_or(scheme.headers[0]);
        let value = signature::write(scheme, &self.key.tag(&text), timestamp.as_deref());
        let mut headers = vec![(name.to_owned(), value)];
        let (id_header, timestamp_header) = scheme.companions(name);
        if let (Some(name), Some(id)) = (id_header, self.id) {
            headers.push((name.to_owned(), id.to_owned()));
        }
        if let (Some(name), Some(timestamp)) = (timestamp_header, timestamp) {
            headers.push((name.to_owned(), timestamp));
        }
        Ok(SignedHeaders(headers))
    }
}

/// Checks that a receiver reads the id that was signed. Rejects an id with characters that HTTP
/// strips or rejects, or with the separator that ends the id in the signed text.
fn signed_id<'a>(scheme: &Scheme, id: &'a str) -> Result<&'a str, SignError> {
    let is_text = !id.is_empty() && id.trim() == id && !id.contains(char::is_control);
    if !is_text {
        return Err(SignError::IdNotHeaderText);
    }
    match scheme.separator_within(id) {
        Some(separator) => Err(SignError::IdHoldsSeparator { separator }),
        None => Ok(id),
    }
}

fn digits(unit: TimestampUnit, time: SystemTime) -> Result<String, SignError> {
    let since_epoch = time.duration_since(UNIX_EPOCH).map_err(|_| SignError::TimeBeforeEpoch)?;
    Ok(match unit {
        TimestampUnit::Seconds => since_epoch.as_secs().to_string(),
        TimestampUnit::Milliseconds => since_epoch.as_millis().to_string(),
    })
}
