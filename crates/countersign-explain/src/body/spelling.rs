//! The body as JSON libraries write it.

use std::ops::ControlFlow;

use countersign_core::scheme::{BodyForm, JsonDumps, JsonEncode};

use super::{
    Visitor,
    json::{Document, Numbers},
    most,
};
use crate::{Cause, Step};

/// Visits the texts that JavaScript, Python and PHP write for the same data.
pub(super) fn of_languages<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    for (form, words) in forms() {
        if let Some(text) = form.text_of(body) {
            visitor(&text, step(words))?;
        }
    }
    ControlFlow::Continue(())
}

/// Visits the texts of all styles.
pub(super) fn of_styles<T>(body: &[u8], visitor: &mut Visitor<'_, T>) -> ControlFlow<T> {
    let most = most(body);
    let mut before: Vec<Vec<u8>> = Vec::new();
    for numbers in [Numbers::AsReceived, Numbers::JavaScript, Numbers::Python, Numbers::Php] {
        let form = match numbers {
            Numbers::AsReceived => None,
            Numbers::JavaScript => Some(BodyForm::JavaScript),
            Numbers::Php => Some(BodyForm::Php(JsonEncode::DEFAULT)),
            Numbers::Python => Some(BodyForm::Python(JsonDumps::DEFAULT.separators(",", ":"))),
        };
        let normal = match form {
            None => Some(body.to_vec()),
            Some(form) => form.text_of(body),
        };
        let Some(normal) = normal else { continue };
        let Some(document) = str::from_utf8(&normal).ok().and_then(Document::parse) else {
            continue;
        };
        // Without a difference in the numbers, the styles make the same texts again.
        let mut styles = document.distinct_styles().peekable();
        let Some(first) = styles.peek().and_then(|style| document.write(*style, most)) else {
            continue;
        };
        if before.contains(&first) {
            continue;
        }
        before.push(first);
        for style in styles {
            if let Some(text) = document.write(style, most) {
                visitor(&text, step(&style.in_words(numbers)))?;
            }
        }
    }
    ControlFlow::Continue(())
}

fn step(words: &str) -> Step {
    Step::new(Cause::BodyReserialized, words)
}

/// The forms that are tried first, and the code that writes them.
fn forms() -> [(BodyForm, &'static str); 6] {
    let php = JsonEncode::DEFAULT.associative(true);
    [
        (
            BodyForm::JavaScript,
            "the body as JSON, as JavaScript's `JSON.stringify(data)` writes it",
        ),
        (
            BodyForm::Python(JsonDumps::DEFAULT),
            "the body as JSON, as Python's `json.dumps(data)` writes it",
        ),
        (
            BodyForm::Php(JsonEncode::DEFAULT),
            "the body as JSON, as PHP's `json_encode(json_decode($body))` writes it",
        ),
        (
            BodyForm::Php(php),
            "the body as JSON, as PHP's `json_encode(json_decode($body, true))` writes it",
        ),
        (
            BodyForm::Php(php.unescaped_slashes(true).unescaped_unicode(true)),
            "the body as JSON, as PHP's `json_encode` writes an array with \
             `JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE`",
        ),
        (
            BodyForm::Php(php.pretty(true)),
            "the body as JSON, as PHP's `json_encode` writes an array with `JSON_PRETTY_PRINT`",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use crate::{Cause, body::all};

    #[test]
    fn finds_the_spellings_of_languages() {
        let body = r#"{"name":"Zoë","url":"a/b","n":1.50,"b":[]}"#;
        let texts = all(body.as_bytes());
        for expected in [
            r#"{"name":"Zoë","url":"a/b","n":1.5,"b":[]}"#,
            r#"{"name": "Zo\u00eb", "url": "a/b", "n": 1.5, "b": []}"#,
            r#"{"name":"Zo\u00eb","url":"a\/b","n":1.5,"b":[]}"#,
            r#"{"b": [], "n": 1.50, "name": "Zoë", "url": "a/b"}"#,
            "{\n  \"name\": \"Zoë\",\n  \"url\": \"a/b\",\n  \"n\": 1.5,\n  \"b\": []\n}",
        ] {
            let found = texts.iter().find(|(text, _)| text == expected);
            assert_eq!(found.unwrap().1.cause, Cause::BodyReserialized, "{expected}");
        }
        let text = texts.iter().find(|(text, _)| text.contains(r"a\/b")).unwrap();
        assert!(text.1.change.contains("PHP"), "{}", text.1.change);
    }
}
