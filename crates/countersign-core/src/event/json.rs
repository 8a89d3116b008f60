//! Reading JSON text, and telling what is wrong with it without quoting it.

use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use super::missing::missing_member;
use crate::{PayloadError, error::PayloadErrorKind, event::RawJson};

/// Checks the encoding, once for all that follows.
pub(crate) fn text(bytes: &[u8]) -> Result<&str, PayloadError> {
    str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(&bytes[..error.valid_up_to()]);
        PayloadError::at(PayloadErrorKind::NotUtf8, line, column + 1)
    })
}

/// Reads a whole text.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, PayloadError> {
    serde_json::from_str(text).map_err(|error| match not_json(text) {
        Some(syntax) => syntax,
        None => wrong_shape::<T>(text, text, "", &error),
    })
}

/// Reads a member of a text that is known to be JSON: whatever the parser now calls the trouble,
/// it is one of shape.
pub(crate) fn parse_member<'a, T: Deserialize<'a>>(
    whole: &'a str,
    member: &'a str,
    name: &str,
) -> Result<T, PayloadError> {
    serde_json::from_str(member).map_err(|error| wrong_shape::<T>(whole, member, name, &error))
}

/// Keeps a whole text that is a JSON object.
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

/// Reads the members of an object that a type of ours names, as far as they can be told.
pub(crate) fn members<'a, T: Deserialize<'a> + Default>(object: &'a str) -> T {
    serde_json::from_str(object).unwrap_or_default()
}

/// Reads a member if it fits, and takes it for absent if not: no event is lost over what it has in
/// common with others.
pub(crate) fn fitting<'a, T: Deserialize<'a>>(member: Option<&'a RawValue>) -> Option<T> {
    member.and_then(|member| serde_json::from_str(member.get()).ok())
}

/// Tells where a text stops being JSON, if it does. Iterative, however deep the text is nested.
pub(crate) fn not_json(text: &str) -> Option<PayloadError> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    Some(PayloadError::at(PayloadErrorKind::NotJson, error.line(), error.column()))
}

/// Reads once more, only now, to find which member it is.
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
/// Control characters are escaped: a path holds the payload's own keys, which cannot add a line to
/// a log by that.
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

/// The line, from 1, and the column, in bytes from 0, of the end of a text.
fn position(before: &[u8]) -> (usize, usize) {
    let line = 1 + before.iter().filter(|byte| **byte == b'\n').count();
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    (line, column)
}

/// Characters; a path holds the payload's own keys, which have any length.
const MAX_PATH: usize = 200;
