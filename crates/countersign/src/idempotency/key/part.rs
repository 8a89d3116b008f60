//! The text of a key's parts.

use std::{borrow::Cow, fmt::Write as _};

use countersign_core::adapter::body_digest;

/// Greatest length of an escaped text, in bytes. A longer text is replaced by its digest, so that a
/// key has at most 520 bytes.
pub(super) const LONGEST: usize = 128;

/// Writes a part that is absent.
pub(super) fn push_absent(key: &mut String) {
    key.push_str(ABSENT);
}

/// Writes a text: escapes characters that have a meaning in a key or for a store, and replaces a
/// long text by its digest.
pub(super) fn push(key: &mut String, text: &str) {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let escaped = text.bytes().filter(|byte| !is_plain(*byte)).count();
    if text.len().saturating_add(escaped.saturating_mul(2)) > LONGEST {
        push_digest(key, "~", text.as_bytes());
    } else if text == ABSENT {
        key.push_str("%2D");
    } else if escaped == 0 {
        key.push_str(text);
    } else {
        for byte in text.bytes() {
            if is_plain(byte) {
                key.push(char::from(byte));
            } else {
                // Writing to a `String` does not fail.
                let _ = write!(key, "%{byte:02X}");
            }
        }
    }
}

/// Returns the text of an escaped part. Other parts stay as they are.
pub(super) fn text(part: &str) -> Cow<'_, str> {
    if !part.contains('%') {
        return Cow::Borrowed(part);
    }
    let mut bytes = Vec::new();
    let mut rest = part;
    while let Some((plain, escaped)) = rest.split_once('%') {
        bytes.extend_from_slice(plain.as_bytes());
        let (digits, after) = escaped.split_at_checked(2).unwrap_or((escaped, ""));
        bytes.extend(u8::from_str_radix(digits, 16));
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes several fields as one part, after `+`: no escaped text begins with this character.
pub(super) fn push_fields<'f>(key: &mut String, fields: impl IntoIterator<Item = Option<&'f str>>) {
    let start = key.len();
    for (index, field) in fields.into_iter().enumerate() {
        key.push(if index == 0 { '+' } else { ',' });
        match field {
            Some(field) => push(key, field),
            None => push_absent(key),
        }
    }
    if key.len() - start > LONGEST {
        let fields = key.split_off(start);
        push_digest(key, "++", fields.as_bytes());
    }
}

/// Writes the SHA-256 of bytes, after a character that no escaped text begins with.
pub(super) fn push_digest(key: &mut String, sign: &str, bytes: &[u8]) {
    key.push_str(sign);
    for byte in body_digest(bytes) {
        let _ = write!(key, "{byte:02x}");
    }
}

/// Text of an absent part. A text that is only this character is escaped.
const ABSENT: &str = "-";
