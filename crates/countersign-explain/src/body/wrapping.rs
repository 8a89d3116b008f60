//! Bodies in base64, compressed bodies, and escaped bodies.

use std::ops::ControlFlow;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE},
};

use super::{Visitor, json::Document, space};
use crate::{Cause, Step, html};

pub(super) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    if !body.is_empty() {
        let packed: Vec<_> = body.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
        let decoded = str::from_utf8(&packed).ok().and_then(crate::secret::base64);
        if let Some(text) = decoded {
            visitor(&text, Step::new(Cause::BodyBase64, "the body, decoded from base64"))?;
        }
        let encoded = STANDARD.encode(body);
        let base64 = |words| Step::new(Cause::BodyBase64, words).advice(SIGNED_BASE64);
        visitor(encoded.as_bytes(), base64("the body in base64"))?;
        let encoded = URL_SAFE.encode(body);
        visitor(encoded.as_bytes(), base64("the body in URL-safe base64"))?;
        visitor(b"", Step::new(Cause::BodyEmpty, "an empty body").advice(SIGNED_NOTHING))?;
    }
    let mut take = |cause: Cause, text: &[u8], words: &str| visitor(text, Step::new(cause, words));
    #[cfg(feature = "inflate")]
    if let Some(text) = countersign_core::scheme::BodyForm::Inflated.text_of(body) {
        take(Cause::BodyCompressed, &text, "the body, inflated")?;
    }
    let Ok(text) = str::from_utf8(body) else { return ControlFlow::Continue(()) };
    if let Some(inner) = Document::parse(text).and_then(|document| document.as_string()) {
        let words = "the content of the JSON string that the body is";
        take(Cause::BodyReserialized, inner.as_bytes(), words)?;
    }
    if let Ok(string) = serde_json::to_string(text) {
        take(Cause::BodyReserialized, string.as_bytes(), "the body as a JSON string")?;
    }
    for (open, close) in [("b'", "'"), ("b\"", "\""), ("'", "'")] {
        if let Some(inner) = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close)) {
            let plain = space::replace(inner.as_bytes(), b"\\'", b"'");
            let plain = space::replace(&space::replace(&plain, b"\\n", b"\n"), b"\\\\", b"\\");
            let words = "the bytes that Python's `str(body)` shows";
            take(Cause::BodyReserialized, &plain, words)?;
        }
    }
    if text.contains("\\\"") || text.contains("\\'") {
        let plain = space::replace(&space::replace(body, b"\\\"", b"\""), b"\\'", b"'");
        let plain = space::replace(&plain, b"\\\\", b"\\");
        take(Cause::BodyReserialized, &plain, "the body without added backslashes")?;
    }
    if let Some(plain) = html::unescape(text) {
        let words = "the body without the escapes of HTML";
        take(Cause::BodyReserialized, plain.as_bytes(), words)?;
    }
    ControlFlow::Continue(())
}

const SIGNED_BASE64: &str =
    "Verify the body in base64, before it is decoded: the sender signed that text.";

const SIGNED_NOTHING: &str = "The sender signed an empty text, and not the body. That is a fault of the \
                              sender: its signature protects nothing.";

#[cfg(test)]
mod tests {
    use crate::{Cause, body::all};

    fn cause(body: &str, expected: &str) -> Option<Cause> {
        all(body.as_bytes())
            .into_iter()
            .find(|(text, _)| text == expected)
            .map(|(_, step)| step.cause)
    }

    #[test]
    fn unwraps_bodies() {
        assert_eq!(cause("eyJhIjoxfQ==", r#"{"a":1}"#), Some(Cause::BodyBase64));
        assert_eq!(cause(r#"{"a":1}"#, "eyJhIjoxfQ=="), Some(Cause::BodyBase64));
        for wrapped in [r#""{\"a\":1}""#, r#"b'{"a":1}'"#, r#"{\"a\":1}"#, "{&quot;a&quot;:1}"] {
            assert_eq!(cause(wrapped, r#"{"a":1}"#), Some(Cause::BodyReserialized), "{wrapped}");
        }
    }
}
