//! Parses JSON text, and reports errors without quoting it.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::missing::missing_member;
use crate::{PayloadError, error::PayloadErrorKind, event::RawJson};

/// Checks that the bytes are UTF-8, and returns them as text.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, PayloadError> {
    str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(&bytes[..error.valid_up_to()]);
        PayloadError::at(PayloadErrorKind::NotUtf8, line, column + 1)
    })
}

/// Parses a whole text.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, PayloadError> {
    serde_json::from_str(text).map_err(|error| match not_json(text) {
        Some(syntax) => syntax,
        None => wrong_shape::<T>(text, text, "", &error),
    })
}

/// Parses a member of a text that is known to be JSON. Every error is therefore a wrong shape, even
/// if the parser reports bad syntax, as it does for a lone surrogate.
pub(crate) fn parse_member<'a, T: Deserialize<'a>>(
    whole: &'a str,
    member: &'a str,
    name: &str,
) -> Result<T, PayloadError> {
    serde_json::from_str(member).map_err(|error| wrong_shape::<T>(whole, member, name, &error))
}

/// Reads an absent member as `null`, so that an `Option` is `None`.
pub(crate) fn parse_absent<'a, T: Deserialize<'a>>(name: &str) -> Result<T, PayloadError> {
    // Absent data has no line to report.
    serde_json::from_str("null")
        .map_err(|_| PayloadError::from(PayloadErrorKind::WrongShape).with_missing(name.to_owned()))
}

/// Returns a whole text as raw JSON, if it is an object.
pub(crate) fn object(text: &str) -> Result<RawJson, PayloadError> {
    if let Some(error) = not_json(text) {
        return Err(error);
    }
    let text = text.trim_ascii();
    if !text.starts_with('{') {
        return Err(PayloadErrorKind::NotAnObject.into());
    }
    Ok(RawJson::new(text))
}

/// Reads the members that `T` declares from an object. Returns the default if they cannot be read.
pub(crate) fn members<'a, T: Deserialize<'a> + Default>(object: &'a str) -> T {
    serde_json::from_str(object).unwrap_or_default()
}

/// Reads a member, and treats it as absent if it does not fit, so that no event is lost because of
/// a member that all events share.
pub(crate) fn fitting<'a, T: Deserialize<'a>>(member: Option<&'a RawValue>) -> Option<T> {
    member.and_then(|member| serde_json::from_str(member.get()).ok())
}

/// Returns an error if the text is not JSON, with the position at which the parser stopped. The
/// check is iterative, and works at any depth of nesting.
pub(crate) fn not_json(text: &str) -> Option<PayloadError> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    Some(PayloadError::at(PayloadErrorKind::NotJson, error.line(), error.column()))
}

/// Makes the error for data of a wrong shape. Parses the data a second time, to find the member
/// that does not fit.
fn wrong_shape<'a, T: Deserialize<'a>>(
    whole: &'a str,
    member: &'a str,
    name: &str,
    error: &serde_json::Error,
) -> PayloadError {
    let offset = member.as_ptr().addr() - whole.as_ptr().addr();
    let (first_line, first_column) = position(&whole.as_bytes()[..offset]);
    let line = first_line + error.line().saturating_sub(1);
    let column = error.column() + if error.line() <= 1 { first_column } else { 0 };
    let found = PayloadError::at(PayloadErrorKind::WrongShape, line, column);

    let mut deserializer = serde_json::Deserializer::from_str(member);
    let within = match serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
        Ok(_) => String::new(),
        Err(error) => error.path().to_string(),
    };
    let path = joined(name, &within);
    match missing_member::<T>(member) {
        Some(missing) => found.with_missing(joined(&path, missing)),
        None if path.is_empty() => found,
        None => found.with_path(path),
    }
}

/// Joins two paths. The path of a whole text is empty, or a full stop.
///
/// Control characters are escaped: a path contains keys of the payload, which must not add a line
/// to a log.
fn joined(outer: &str, inner: &str) -> String {
    let is_whole = |path: &str| matches!(path, "" | ".");
    let path = match (is_whole(outer), is_whole(inner)) {
        (true, true) => "",
        (true, false) => inner,
        (false, true) => outer,
        (false, false) => &format!("{outer}.{inner}"),
    };
    let mut escaped = String::new();
    for character in path.chars().take(MAX_PATH) {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Returns the line (from 1) and the column (in bytes, from 0) of the end of a text.
fn position(before: &[u8]) -> (usize, usize) {
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    (line, column)
}

/// Greatest length of a path, in characters: a path contains keys of the payload, which can have
/// any length.
const MAX_PATH: usize = 200;
