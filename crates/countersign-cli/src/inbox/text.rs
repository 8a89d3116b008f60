//! Texts that senders have chosen, as a terminal can show them.

use std::io::{self, Write as _};

/// Writes a note for people to the standard error, because it is no result.
pub(super) fn note(note: &str) {
    // If the standard error is closed, nobody reads this.
    let _ = writeln!(io::stderr(), "{note}");
}

/// Returns the text on one line, without the control characters that could change a terminal.
pub(super) fn line(text: &str) -> String {
    shown(text, |_| false)
}

/// Returns the text without the control characters that could change a terminal. Line breaks and
/// tabs stay.
pub(super) fn lines(text: &str) -> String {
    shown(text, |character| matches!(character, '\n' | '\t'))
}

/// Returns the start of a text, on one line.
pub(super) fn start(text: &str, longest: usize) -> String {
    let text = line(text);
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn shown(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        // The second kind reverses the order of a line.
        if is_control(character) && !stays(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Returns true for control characters, and for those that change the direction of a text.
pub(super) fn is_control(character: char) -> bool {
    character.is_control() || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_control_characters() {
        assert_eq!(line("a\u{1b}[2J\n"), "a\\u{1b}[2J\\u{a}");
        assert_eq!(lines("Zoë\n\u{202e}x"), "Zoë\n\\u{202e}x");
        assert_eq!(start("four words", 4), "four…");
        assert_eq!(start("four", 4), "four");
    }
}
