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
    for (form, rust, code) in forms() {
        if let Some(text) = form.text_of(body) {
            let step = step(&format!("the body as JSON, as {code} writes it"));
            visitor(&text, Step { form: Some(rust), ..step })?;
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

/// Returns the body forms that verifiers can accept, and the code of each in Rust and in its own
/// language.
fn forms() -> Vec<(BodyForm, String, String)> {
    let mut forms = vec![(
        BodyForm::JavaScript,
        "BodyForm::JavaScript".to_owned(),
        "JavaScript's `JSON.stringify(data)`".to_owned(),
    )];
    let python = |options: [bool; 3]| {
        let [is_compact, is_unicode, is_sorted] = options;
        let (mut dumps, mut rust) = (JsonDumps::DEFAULT, "JsonDumps::DEFAULT".to_owned());
        let mut arguments = String::from("data");
        if is_compact {
            dumps = dumps.separators(",", ":");
            rust.push_str(r#".separators(",", ":")"#);
            arguments.push_str(", separators=(',', ':')");
        }
        if is_unicode {
            dumps = dumps.ensure_ascii(false);
            rust.push_str(".ensure_ascii(false)");
            arguments.push_str(", ensure_ascii=False");
        }
        if is_sorted {
            dumps = dumps.sort_keys(true);
            rust.push_str(".sort_keys(true)");
            arguments.push_str(", sort_keys=True");
        }
        let rust = format!("BodyForm::Python({rust})");
        (BodyForm::Python(dumps), rust, format!("Python's `json.dumps({arguments})`"))
    };
    let php = |options: [bool; 4]| {
        let [is_array, has_slashes, has_unicode, is_pretty] = options;
        let (mut encode, mut rust) = (JsonEncode::DEFAULT, "JsonEncode::DEFAULT".to_owned());
        let mut flags = Vec::new();
        if is_array {
            encode = encode.associative(true);
            rust.push_str(".associative(true)");
        }
        if has_slashes {
            encode = encode.unescaped_slashes(true);
            rust.push_str(".unescaped_slashes(true)");
            flags.push("JSON_UNESCAPED_SLASHES");
        }
        if has_unicode {
            encode = encode.unescaped_unicode(true);
            rust.push_str(".unescaped_unicode(true)");
            flags.push("JSON_UNESCAPED_UNICODE");
        }
        if is_pretty {
            encode = encode.pretty(true);
            rust.push_str(".pretty(true)");
            flags.push("JSON_PRETTY_PRINT");
        }
        let decoded = if is_array { "json_decode($body, true)" } else { "json_decode($body)" };
        let flags =
            if flags.is_empty() { String::new() } else { format!(", {}", flags.join(" | ")) };
        let rust = format!("BodyForm::Php({rust})");
        (BodyForm::Php(encode), rust, format!("PHP's `json_encode({decoded}{flags})`"))
    };
    let all = [[false, false], [true, false], [false, true], [true, true]];
    forms.push(python([false; 3]));
    forms.extend([false, true].map(|is_array| php([is_array, false, false, false])));
    let others = all.iter().flat_map(|[one, two]| [false, true].map(|three| [*one, *two, three]));
    forms.extend(others.skip(1).map(python));
    for is_array in [false, true] {
        forms.extend(all.iter().skip(1).map(|[one, two]| php([is_array, *one, *two, false])));
        forms.extend(all.iter().map(|[one, two]| php([is_array, *one, *two, true])));
    }
    forms
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
