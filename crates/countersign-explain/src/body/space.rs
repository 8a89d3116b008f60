//! White space and line breaks of the body.

use std::ops::ControlFlow;

use super::Visitor;
use crate::{Cause, Step};

pub(super) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let mut take = |text: &[u8], words: &str| visitor(text, Step::new(Cause::BodySpace, words));
    if let Some(text) = body.strip_suffix(b"\n") {
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        take(text, "the body without the line break at its end")?;
    }
    take(&[body, b"\n"].concat(), "the body with a line break (LF) at its end")?;
    take(&[body, b"\r\n"].concat(), "the body with a line break (CR LF) at its end")?;
    take(&[b"\n", body].concat(), "the body with a line break (LF) before it")?;
    take(body.trim_ascii_end(), "the body without the white space at its end")?;
    take(body.trim_ascii(), "the body without the white space around it")?;
    if body.contains(&b'\n') {
        let unix = replace(body, b"\r\n", b"\n");
        take(&unix, "the body with LF instead of CR LF")?;
        take(&replace(&unix, b"\n", b"\r\n"), "the body with CR LF instead of LF")?;
        let bare: Vec<_> = body.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
        take(&bare, "the body without line breaks")?;
    }
    ControlFlow::Continue(())
}

/// Replaces each occurrence of `from`.
pub(super) fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.first() {
        match rest.strip_prefix(from) {
            Some(after) => {
                out.extend_from_slice(to);
                rest = after;
            }
            None => {
                out.push(*first);
                rest = &rest[1..];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::body::all;

    #[test]
    fn finds_the_line_breaks() {
        let texts = |body: &str| all(body.as_bytes()).into_iter().map(|(text, _)| text);
        assert!(texts("a").any(|text| text == "a\n"));
        for expected in ["a\nb", "a\r\nb\r\n", "ab"] {
            assert!(texts("a\nb\n").any(|text| text == expected), "{expected:?}");
        }
        assert!(texts("a\r\n").any(|text| text == "a"));
    }
}
