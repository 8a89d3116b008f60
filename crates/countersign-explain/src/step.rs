//! Changes under which a signature matches.

use serde::Serialize;

use crate::Cause;

/// A change of the delivery, of the secret or of the scheme, under which the signature matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Step {
    /// The cause that the change belongs to.
    pub cause: Cause,
    /// The change in words: `the body without the line break at its end`. It contains no secret.
    pub change: String,
    /// The body form under which a verifier accepts the text, as code, if there is one:
    /// `BodyForm::JavaScript`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The next step, if it differs from that of other changes with the same cause.
    #[serde(skip)]
    pub(crate) advice: Option<&'static str>,
    /// True if the change is a whole sentence, such as `the signed time is 400 s old`.
    #[serde(skip)]
    pub(crate) is_statement: bool,
}

impl Step {
    pub(crate) fn new(cause: Cause, change: impl Into<String>) -> Self {
        Self {
            cause,
            change: printable(&change.into()),
            form: None,
            advice: None,
            is_statement: false,
        }
    }

    /// Makes a step whose words are a whole sentence.
    pub(crate) fn statement(cause: Cause, change: impl Into<String>) -> Self {
        Self { is_statement: true, ..Self::new(cause, change) }
    }

    pub(crate) fn advice(self, advice: &'static str) -> Self {
        Self { advice: Some(advice), ..self }
    }
}

/// Escapes characters that would change the line in which a text is shown, and cuts long texts: a
/// change can name headers, and senders choose their names.
fn printable(text: &str) -> String {
    let escaped = text.chars().flat_map(|character| match character {
        '"' | '\'' | '\\' => vec![character],
        _ => character.escape_debug().collect(),
    });
    let mut short: String = escaped.take(LONGEST).collect();
    if short.chars().count() == LONGEST {
        short.push('…');
    }
    short
}

/// The most characters of a change.
const LONGEST: usize = 240;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_cuts_texts() {
        let step = Step::new(Cause::Scheme, "the header `a\n\u{1b}[31m\u{202e}é\"`");
        assert_eq!(step.change, "the header `a\\n\\u{1b}[31m\\u{202e}é\"`");
        assert_eq!(Step::new(Cause::Url, "a".repeat(1000)).change.chars().count(), LONGEST + 1);
    }
}
