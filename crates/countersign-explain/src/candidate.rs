//! The signatures that a delivery may have.

use countersign_core::{__trial::signatures, Scheme};

use crate::secret::base64;

/// A decoded signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Candidate {
    pub(crate) bytes: Vec<u8>,
    /// The header that holds it.
    pub(crate) header: String,
    /// True if the scheme reads it, too.
    pub(crate) is_expected: bool,
    /// The encoding in words, if the scheme does not read it.
    pub(crate) form: String,
}

/// Returns the signatures in the headers. Those that the scheme reads come first.
pub(crate) fn candidates(
    scheme: Option<&Scheme>,
    own_headers: &[String],
    headers: &[(String, String)],
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = Vec::new();
    let is_own = |name: &str| own_headers.iter().any(|own| own.eq_ignore_ascii_case(name));
    if let Some(scheme) = scheme {
        for (name, value) in headers.iter().filter(|(name, _)| is_own(name)) {
            found.extend(signatures(scheme, value.as_bytes()).into_iter().map(|bytes| Candidate {
                bytes,
                header: name.clone(),
                is_expected: true,
                form: String::new(),
            }));
        }
    }
    // Without the header of the scheme, any header can hold the signature.
    let is_absent = !headers.iter().any(|(name, _)| is_own(name));
    let own_first = |(name, _): &&(String, String)| !is_own(name);
    let mut others: Vec<_> = headers
        .iter()
        .filter(|(name, _)| is_absent || may_hold_one(name) || is_own(name))
        .collect();
    others.sort_by_key(own_first);
    for (name, value) in others.into_iter().take(MOST_HEADERS) {
        for (bytes, form) in tokens(value) {
            if found.len() < MOST && found.iter().all(|other| other.bytes != bytes) {
                found.push(Candidate { bytes, header: name.clone(), is_expected: false, form });
            }
        }
    }
    found
}

/// Returns whether a header with this name may hold a signature.
fn may_hold_one(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["sign", "hmac", "digest", "hash", "authorization", "token"]
        .iter()
        .any(|part| name.contains(part))
}

/// Returns the parts of a header's value that can be decoded to a signature.
fn tokens(value: &str) -> Vec<(Vec<u8>, String)> {
    let mut found: Vec<(Vec<u8>, String)> = Vec::new();
    let is_end = |character: char| {
        character.is_whitespace() || matches!(character, ',' | ';' | '"' | '\'' | '<' | '>')
    };
    let quoted = if value.contains(['"', '\'']) { ", in quotes" } else { "" };
    let tokens = value.split(is_end).filter(|token| (1..=LONGEST).contains(&token.len()));
    for token in tokens.take(MOST_TOKENS) {
        // Without the padding, `=` separates a key from its value.
        let unpadded = token.trim_end_matches('=');
        let start = unpadded.rfind(['=', ':']).map_or(0, |place| place + 1);
        for text in [&token[start..], token] {
            if let Ok(bytes) = hex::decode(text) {
                let case = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    "upper-case "
                } else {
                    ""
                };
                found.push((bytes, format!("{case}hex{quoted}")));
            }
            if let Some(bytes) = base64(text) {
                let alphabet = if text.contains(['-', '_']) { "URL-safe base64" } else { "base64" };
                let padding = if text.len() % 4 == 0 { "" } else { " without padding" };
                // Hex digits that were encoded a second time.
                if let Ok(inner) = hex::decode(&bytes) {
                    found.push((inner, "hex, encoded in base64".to_owned()));
                }
                found.push((bytes, format!("{alphabet}{padding}{quoted}")));
            }
        }
    }
    found.retain(|(bytes, _)| matches!(bytes.len(), 20 | 32 | 48 | 64));
    found
}

/// The most bytes of a text that is decoded. The longest signature has 64 bytes, and a key before it.
const LONGEST: usize = 512;

/// The most texts of one header that are decoded.
const MOST_TOKENS: usize = 64;

/// The most headers that are read.
const MOST_HEADERS: usize = 32;

/// The most signatures that are tried. All of them are compared at once.
const MOST: usize = 32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_signatures_in_every_usual_form() {
        let bytes = [0xfb; 32];
        let hex = "fb".repeat(32);
        let base64 = "+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/v7+/s=";
        for value in [
            hex.clone(),
            format!("sha256={hex}"),
            format!("sha256= {hex}"),
            format!("SHA256={}", hex.to_uppercase()),
            format!("t=1,v1={hex}"),
            format!("\"{hex}\""),
            base64.to_owned(),
            format!("v1,{base64}"),
            base64.trim_end_matches('=').to_owned(),
            base64.replace('+', "-").replace('/', "_"),
            format!("sha256={base64}"),
        ] {
            let headers = [("X-Signature".to_owned(), value.clone())];
            let found = candidates(None, &[], &headers);
            assert!(found.iter().any(|found| found.bytes == bytes), "{value}");
        }
        let own = ["X-Signature".to_owned()];
        let mut headers = vec![("X-Other".to_owned(), hex)];
        assert!(!candidates(None, &own, &headers).is_empty());
        headers.push(("X-Signature".to_owned(), "a".to_owned()));
        assert!(candidates(None, &own, &headers).is_empty());
    }
}
