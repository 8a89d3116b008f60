//! Headers with several groups, each with its own signatures and time.

use std::time::SystemTime;

use crate::{
    Scheme, VerifyError,
    error::VerifyErrorKind,
    key::Key,
    scheme::{MAX_GROUPS, Timestamp},
    signature::Tags,
    verification::{head, time::TimeError},
};

/// A group that is well formed, and whose time is within the tolerance.
pub(super) struct Group<'a> {
    pub(super) tags: Tags,
    pub(super) timestamp: &'a str,
    pub(super) signed_at: SystemTime,
}

/// A group after the first one. It is tried once the body is complete.
pub(super) struct Further {
    pub(super) tags: Tags,
    /// The text that is signed before the body.
    pub(super) preamble: Vec<u8>,
    pub(super) signed_at: SystemTime,
}

impl Further {
    /// Returns whether one of the tags was made with this key over this body.
    // Not inlined, so that `HmacKey::matches` stays the only function into which a whole MAC is
    // inlined.
    #[inline(never)]
    pub(super) fn matches(&self, key: &Key, body: &[u8]) -> bool {
        // `start` returns a MAC, because `Scheme::checked` accepts groups only with a MAC.
        key.start().is_some_and(|mut mac| {
            mac.update(&self.preamble);
            mac.update(body);
            mac.matches(&self.tags)
        })
    }
}

/// Reads the groups of a header. Returns the first group that is well formed and whose time is
/// within the tolerance, and the other groups of this kind.
///
/// A malformed or stale group does not match. If all groups are malformed or stale, the error is
/// that of the first one.
pub(super) fn read<'a>(
    scheme: &Scheme,
    rule: Timestamp,
    separator: char,
    header: &'a [u8],
    judge: impl Fn(&str) -> Result<SystemTime, TimeError>,
    refused: impl Fn(VerifyErrorKind) -> VerifyError,
) -> Result<(Group<'a>, Box<[Group<'a>]>), VerifyError> {
    let texts = header.split(|byte| char::from(*byte) == separator);
    let texts = texts.filter(|text| !text.trim_ascii().is_empty());
    if texts.clone().count() > MAX_GROUPS {
        return Err(refused(VerifyErrorKind::MalformedSignature));
    }
    let group = |text: &'a [u8]| -> Result<Group<'a>, VerifyError> {
        let tags =
            Tags::read(scheme, text).ok_or_else(|| refused(VerifyErrorKind::MalformedSignature))?;
        let timestamp = head::entry_timestamp(scheme, rule, text).map_err(&refused)?;
        let signed_at =
            judge(timestamp).map_err(|error| refused(error.kind()).with_stale(error.stale()))?;
        Ok(Group { tags, timestamp, signed_at })
    };
    let (groups, errors): (Vec<_>, Vec<_>) = texts.map(group).partition(Result::is_ok);
    let mut groups = groups.into_iter().flatten();
    let Some(first) = groups.next() else {
        let error = errors.into_iter().find_map(Result::err);
        return Err(error.unwrap_or_else(|| refused(VerifyErrorKind::MalformedSignature)));
    };
    Ok((first, groups.collect()))
}
