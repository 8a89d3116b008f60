//! Texts that senders have chosen, as the database can hold them.

use std::borrow::Cow;

/// Replaces the character NUL, which PostgreSQL cannot hold in a text. The request keeps it.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// Cuts a text that the sender has chosen, and cleans it. The request keeps the whole text.
pub(super) fn short(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().map(|(place, _)| place).take_while(|place| *place <= LONGEST);
    clean(if text.len() <= LONGEST { text } else { &text[..end.last().unwrap_or_default()] })
}

/// In bytes: the longest type or id in a column.
const LONGEST: usize = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_only_nul() {
        assert_eq!(clean("a\0b\u{1}"), "a\u{fffd}b\u{1}");
        assert!(matches!(clean("evt_1"), Cow::Borrowed("evt_1")));
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(short(&"x".repeat(256)).len(), 256);
        assert_eq!(short(&"x".repeat(257)).len(), 256);
        assert_eq!(short(&"é".repeat(200)), "é".repeat(128));
    }
}
