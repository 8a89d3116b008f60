//! Text of a delivery for people: JSON with line breaks, and nothing that controls a terminal.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// Returns a body for people. JSON is indented, and its members and numbers stay as they are.
pub(crate) fn body(bytes: &[u8]) -> String {
    let Ok(text) = str::from_utf8(bytes) else {
        return format!("({} bytes that are not text)", bytes.len());
    };
    match serde_json::from_str::<IgnoredAny>(text) {
        Ok(_) => safe(&indented(text)).into_owned(),
        Err(_) => safe(text).into_owned(),
    }
}

/// Replaces the characters that control a terminal, except line breaks and tabs.
pub(crate) fn safe(text: &str) -> Cow<'_, str> {
    let is_unsafe = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_bidirectional(c);
    if !text.contains(is_unsafe) {
        return text.into();
    }
    let replaced = text.chars().map(|c| match c {
        _ if is_unsafe(c) => c.escape_unicode().to_string(),
        _ => c.to_string(),
    });
    replaced.collect::<String>().into()
}

/// Returns true for characters that change the order in which text is shown.
fn is_bidirectional(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Indents valid JSON.
fn indented(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut rest = text.char_indices().peekable();
    while let Some((start, c)) = rest.next() {
        match c {
            '"' => {
                let mut end = text.len();
                let mut is_escaped = false;
                for (at, c) in rest.by_ref() {
                    match c {
                        _ if is_escaped => is_escaped = false,
                        '\\' => is_escaped = true,
                        '"' => {
                            end = at + 1;
                            break;
                        }
                        _ => {}
                    }
                }
                out.push_str(text.get(start..end).unwrap_or_default());
            }
            '{' | '[' => {
                out.push(c);
                while rest.next_if(|(_, c)| c.is_whitespace()).is_some() {}
                if let Some((_, close)) = rest.next_if(|(_, c)| matches!(c, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    break_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                break_line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                break_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ if c.is_whitespace() => {}
            _ => out.push(c),
        }
    }
    out
}

fn break_line(out: &mut String, depth: usize) {
    out.push('\n');
    // A body can be nested deeply: its text must not grow with the square of its length.
    out.extend(std::iter::repeat_n("  ", depth.min(MAX_INDENT)));
}

/// Greatest indentation, in levels.
const MAX_INDENT: usize = 20;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indents_json_and_keeps_its_tokens() {
        let given = r#"{"b":1.50,"a":[{},[ ],"x:{,\"\\"],"c":{"d":null}}"#;
        let expected = concat!(
            "{\n  \"b\": 1.50,\n  \"a\": [\n    {},\n    [],\n    \"x:{,\\\"\\\\\"\n  ],\n",
            "  \"c\": {\n    \"d\": null\n  }\n}",
        );
        assert_eq!(body(given.as_bytes()), expected);
        assert_eq!(body(b"a=1&b"), "a=1&b");
        assert_eq!(body(b"\xff\xfe"), "(2 bytes that are not text)");
    }

    #[test]
    fn shows_control_characters_as_escapes() {
        assert_eq!(safe("a\u{1b}[31m\r\nb\u{202e}"), "a\\u{1b}[31m\\u{d}\nb\\u{202e}");
        assert_eq!(safe("a\tb\n"), "a\tb\n");
    }
}
