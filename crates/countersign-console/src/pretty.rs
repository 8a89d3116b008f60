//! JSON with line breaks.

use serde::de::IgnoredAny;

/// Writes JSON with one member on each line, and changes nothing else: numbers, escapes and members
/// that occur twice stay. Returns `None` if the text is not JSON, or if the result would be long:
/// deep nesting multiplies the length.
pub(crate) fn json(text: &str) -> Option<String> {
    serde_json::from_str::<IgnoredAny>(text).ok()?;
    let mut lines = Lines { text: String::with_capacity(text.len() * 2), depth: 0 };
    let (mut in_string, mut is_escaped) = (false, false);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if in_string {
            lines.text.push(character);
            in_string = character != '"' || is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            continue;
        }
        match character {
            ' ' | '\t' | '\n' | '\r' => {}
            '{' | '[' => {
                lines.text.push(character);
                while characters.next_if(char::is_ascii_whitespace).is_some() {}
                match characters.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => lines.text.push(end),
                    None => lines.indent(1),
                }
            }
            '}' | ']' => {
                lines.indent(-1);
                lines.text.push(character);
            }
            ',' => {
                lines.text.push(character);
                lines.indent(0);
            }
            ':' => lines.text.push_str(": "),
            _ => {
                in_string = character == '"';
                lines.text.push(character);
            }
        }
        if lines.text.len() > LONGEST {
            return None;
        }
    }
    Some(lines.text)
}

struct Lines {
    text: String,
    depth: usize,
}

impl Lines {
    fn indent(&mut self, change: isize) {
        self.depth = self.depth.saturating_add_signed(change);
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// In bytes.
const LONGEST: usize = 512 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_only_line_breaks_and_spaces() {
        let text = r#" {"a":[1.0e5,{} , [ ]],"b\"{,":"x:y","a":null} "#;
        let pretty = "{\n  \"a\": [\n    1.0e5,\n    {},\n    []\n  ],\n  \
                      \"b\\\"{,\": \"x:y\",\n  \"a\": null\n}";
        assert_eq!(json(text).as_deref(), Some(pretty));
        for other in ["", "{", "a=1", &"[".repeat(500), "{}{}"] {
            assert_eq!(json(other), None, "{other}");
        }
    }
}
