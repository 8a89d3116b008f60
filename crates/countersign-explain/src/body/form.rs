//! URL-encoded forms and JSON.

use std::{borrow::Cow, ops::ControlFlow};

use super::{Visitor, json::Document};
use crate::{Cause, Step};

pub(super) fn visit<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let Ok(text) = str::from_utf8(body) else { return ControlFlow::Continue(()) };
    let mut take = |text: &[u8], words: String| {
        visitor(text, Step::new(Cause::BodyForm, words).advice(ADVICE))
    };
    let is_form = !text.trim_start().starts_with(['{', '[', '"', '<']) && text.contains('=');
    if is_form {
        let members: Vec<(Cow<'_, str>, Cow<'_, str>)> =
            form_urlencoded::parse(body).take(MOST_MEMBERS).collect();
        for (place, (name, value)) in members.iter().enumerate() {
            if value.starts_with(['{', '[']) {
                // The name is the sender's text.
                let member = match &**name {
                    "payload" => "`payload`".to_owned(),
                    _ => format!("number {}", place + 1),
                };
                take(value.as_bytes(), format!("the member {member} of the form, decoded"))?;
            }
        }
        for (encoding, words) in ENCODINGS {
            let again: Vec<_> = members
                .iter()
                .map(|(name, value)| format!("{}={}", encoding(name), encoding(value)))
                .collect();
            take(again.join("&").as_bytes(), format!("the form, encoded again {words}"))?;
        }
        let decoded = decode(text);
        take(&decoded, "the whole form, decoded".to_owned())?;
    } else if let Some(document) = Document::parse(text) {
        for (encoding, words) in ENCODINGS {
            let form = format!("payload={}", encoding(text));
            take(form.as_bytes(), format!("the form `payload=…`, encoded {words}"))?;
        }
        // A parsed form that was written as JSON.
        let members = document.members();
        let texts: Vec<(&str, String)> = members
            .iter()
            .filter_map(|(name, value)| Some((*name, serde_json::from_str(value).ok()?)))
            .collect();
        if !texts.is_empty() && texts.len() == members.len() {
            for (encoding, words) in ENCODINGS {
                let form: Vec<_> = texts
                    .iter()
                    .map(|(name, value)| format!("{}={}", encoding(name), encoding(value)))
                    .collect();
                let words = format!("a form with the members of the JSON, encoded {words}");
                take(form.join("&").as_bytes(), words)?;
            }
        }
    }
    ControlFlow::Continue(())
}

/// An encoding of URLs, and its name.
type Encoding = (fn(&str) -> String, &'static str);

const ENCODINGS: [Encoding; 4] = [
    (plus, "as browsers and Python do"),
    (component, "as JavaScript's `encodeURIComponent` does"),
    (rfc3986, "as RFC 3986 states it"),
    (lower, "with lower-case digits"),
];

fn plus(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn component(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte))
}

fn rfc3986(text: &str) -> String {
    percent(text, |byte| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte))
}

fn lower(text: &str) -> String {
    let mut digits = 0;
    plus(text)
        .chars()
        .map(|character| {
            let is_digit = digits > 0;
            digits = if character == '%' { 2 } else { digits - i32::from(is_digit) };
            if is_digit { character.to_ascii_lowercase() } else { character }
        })
        .collect()
}

fn percent(text: &str, is_plain: impl Fn(u8) -> bool) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}

/// Decodes percent signs and plus signs.
pub(super) fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).and_then(|digits| str::from_utf8(digits).ok());
        let decoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, decoded) {
            (b'%', Some(byte)) => {
                out.push(byte);
                at += 2;
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(*byte),
        }
        at += 1;
    }
    out
}

/// The sender signed another text than the bytes that it sent, or the receiver changed them.
const ADVICE: &str = "Verify the bytes of the request, before a parser decodes the form or writes it \
                      as JSON. If these are the bytes of the request, the sender signs the JSON and \
                      sends a form, or the other way around: for JSON in a form, accept it with \
                      `Verifier::forms([BodyForm::UrlEncodedMember(\"payload\")])`.";

/// The most members of a form that are read.
const MOST_MEMBERS: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::all;

    fn has(body: &str, expected: &str) -> bool {
        all(body.as_bytes())
            .iter()
            .any(|(text, step)| text == expected && step.cause == Cause::BodyForm)
    }

    #[test]
    fn decodes_and_encodes_forms() {
        let json = r#"{"a": "b c"}"#;
        let form = "payload=%7B%22a%22%3A+%22b+c%22%7D";
        assert!(has(form, json));
        assert!(has(json, form));
        assert!(has(json, "payload=%7B%22a%22%3A%20%22b%20c%22%7D"));
        assert!(has(r#"{"a":"b c","d":"e"}"#, "a=b+c&d=e"));
        assert_eq!(decode("a%2Fb+c%zz%"), b"a/b c%zz%");
    }
}
