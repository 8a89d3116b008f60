//! Texts that senders have chosen, as a page can show them.

/// Returns the text with every character visible: control characters, and those that change the
/// direction of a text or have no width, are written as `\u{202e}`. Line breaks and tabs stay.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push(&mut shown, text, |character| matches!(character, '\n' | '\t'));
    shown
}

/// Returns the text on one line, with every character visible.
pub(crate) fn line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    push(&mut shown, text, |_| false);
    shown
}

/// Returns the start of a text, on one line.
pub(crate) fn start(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", line(&text[..end])),
        None => line(text),
    }
}

/// Returns bytes as text with every character visible. Bytes that are not UTF-8 are written as
/// `\x9f`.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push(&mut shown, chunk.valid(), |character| matches!(character, '\n' | '\t'));
        for byte in chunk.invalid() {
            shown += &format!("\\x{byte:02x}");
        }
    }
    shown
}

fn push(shown: &mut String, text: &str, stays: impl Fn(char) -> bool) {
    for character in text.chars() {
        if is_hidden(character) && !stays(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
}

/// Returns true for characters that a browser does not show, or that change how it shows others.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_hidden_characters() {
        assert_eq!(line("a\u{202e}b\n\0"), "a\\u{202e}b\\u{a}\\u{0}");
        assert_eq!(visible("Zoë\n\u{200b}"), "Zoë\n\\u{200b}");
        assert_eq!(bytes(b"a\xff\xfe\r\n"), "a\\xff\\xfe\\u{d}\n");
        assert_eq!(start("four words", 4), "four…");
        assert_eq!(start("four", 4), "four");
    }
}
