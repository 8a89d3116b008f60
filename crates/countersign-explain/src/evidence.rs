//! The difference between the text that was signed and the text that was given.

use serde::Serialize;

/// The difference between the text that was signed and the text that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Length of the signed text in bytes.
    pub signed_length: usize,
    /// Length of the given text in bytes.
    pub given_length: usize,
    /// The number of the first byte that differs, counted from 0. `None` if the texts are equal.
    pub first_difference: Option<usize>,
    /// The signed text around the first difference.
    pub signed: String,
    /// The given text around the first difference.
    pub given: String,
}

impl Evidence {
    pub(crate) fn between(signed: &[u8], given: &[u8]) -> Self {
        let shorter = signed.len().min(given.len());
        let first = (0..shorter).find(|place| signed[*place] != given[*place]);
        let first = first.or((signed.len() != given.len()).then_some(shorter));
        Self {
            signed_length: signed.len(),
            given_length: given.len(),
            first_difference: first,
            signed: first.map(|place| excerpt(signed, place)).unwrap_or_default(),
            given: first.map(|place| excerpt(given, place)).unwrap_or_default(),
        }
    }

    /// Returns the evidence with `a` for each letter of the texts and `0` for each digit.
    pub(crate) fn redacted(&self) -> Self {
        let Self { signed_length, given_length, first_difference, .. } = *self;
        let (signed, given) = (masked(&self.signed), masked(&self.given));
        Self { signed_length, given_length, first_difference, signed, given }
    }
}

/// Returns the text around a place, with escapes for bytes that are not printable.
fn excerpt(text: &[u8], place: usize) -> String {
    let from = place.saturating_sub(BEFORE);
    let to = (place + AFTER).min(text.len());
    let begin = if from > 0 { "…" } else { "" };
    let end = if to < text.len() { "…" } else { "" };
    let shown: String = text[from..to]
        .utf8_chunks()
        .flat_map(|chunk| {
            let valid = chunk.valid().chars().flat_map(shown);
            let bytes = chunk.invalid().iter().flat_map(|byte| hex_escape(*byte));
            valid.chain(bytes).collect::<Vec<_>>()
        })
        .collect();
    format!("{begin}{shown}{end}")
}

/// Returns a character, or its escape. Quotes stay as they are, so that JSON can be read.
fn shown(character: char) -> Vec<char> {
    match character {
        '"' | '\'' => vec![character],
        _ => character.escape_debug().collect(),
    }
}

fn hex_escape(byte: u8) -> Vec<char> {
    format!("\\x{byte:02x}").chars().collect()
}

/// Replaces letters by `a`, digits by `0`, and characters beyond ASCII by `a`. Escapes of line
/// breaks and tabs stay.
fn masked(text: &str) -> String {
    let mut characters = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                out.push('\\');
                match characters.next() {
                    Some(kind @ ('u' | 'x')) => {
                        out.push(kind);
                        // The digits of the escape.
                        while characters
                            .next_if(|next| next.is_ascii_hexdigit() || "{}".contains(*next))
                            .is_some()
                        {
                            out.push('0');
                        }
                    }
                    Some(kind) => out.push(kind),
                    None => {}
                }
            }
            '…' => out.push('…'),
            '0'..='9' => out.push('0'),
            _ if character.is_ascii_punctuation() || character == ' ' => out.push(character),
            _ => out.push('a'),
        }
    }
    out
}

/// Bytes that are shown before the first difference.
const BEFORE: usize = 24;

/// Bytes that are shown from the first difference on.
const AFTER: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_difference() {
        let evidence = Evidence::between(br#"{"a": "Zo"}"#, br#"{"a":"Zo"}"#);
        assert_eq!(evidence.first_difference, Some(5));
        assert_eq!((&*evidence.signed, &*evidence.given), (r#"{"a": "Zo"}"#, r#"{"a":"Zo"}"#));
        let redacted = evidence.redacted();
        assert_eq!((&*redacted.signed, &*redacted.given), (r#"{"a": "aa"}"#, r#"{"a":"aa"}"#));
        assert_eq!(masked("a\\n\\u{200b}\\xff é😀1…"), "a\\n\\u000000\\x00 aa0…");
        assert_eq!(Evidence::between(b"a\n", b"a").signed, "a\\n");
        assert_eq!(Evidence::between(b"a\xff", b"a").signed, "a\\xff");
        assert_eq!(Evidence::between(b"a", b"a").first_difference, None);
    }
}
