//! Names of body forms.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::scheme::{BodyForm, JsonDumps, JsonEncode};

/// The name of a body form, as text, so that a reader keeps the name of a form that it does not
/// know.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct FormName(Cow<'static, str>);

impl FormName {
    pub(super) fn of(form: BodyForm) -> Self {
        Self(match form {
            BodyForm::Wire => "wire".into(),
            BodyForm::JavaScript => "javascript".into(),
            BodyForm::Python(dumps) => with_options(PYTHON, dumps.option_names()),
            BodyForm::Php(encode) => with_options(PHP, encode.option_names()),
            BodyForm::UrlEncodedMember(member) => format!("{MEMBER}{member}").into(),
            #[cfg(feature = "inflate")]
            BodyForm::Inflated => "inflated".into(),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the body form with this name. A form that names a member is returned only if it is
    /// one of the `known` forms, because the member is a constant text of the program.
    pub(super) fn find<'a>(
        &self,
        known: impl IntoIterator<Item = &'a BodyForm>,
    ) -> Option<BodyForm> {
        match self.as_str() {
            "wire" => return Some(BodyForm::Wire),
            "javascript" => return Some(BodyForm::JavaScript),
            #[cfg(feature = "inflate")]
            "inflated" => return Some(BodyForm::Inflated),
            _ => {}
        }
        if let Some(member) = self.0.strip_prefix(MEMBER) {
            return known.into_iter().copied().find(|form| match form {
                BodyForm::UrlEncodedMember(name) => *name == member,
                _ => false,
            });
        }
        let mut parts = self.0.split(BEFORE_OPTION);
        match parts.next()? {
            PYTHON => JsonDumps::with_options(parts).map(BodyForm::Python),
            PHP => JsonEncode::with_options(parts).map(BodyForm::Php),
            _ => None,
        }
    }
}

/// Returns the name of a language, followed by the names of options.
fn with_options(language: &str, options: impl Iterator<Item = &'static str>) -> Cow<'static, str> {
    let mut name = String::from(language);
    for option in options {
        name.push(BEFORE_OPTION);
        name.push_str(option);
    }
    name.into()
}

const PYTHON: &str = "python";
const PHP: &str = "php";
const BEFORE_OPTION: char = '+';
const MEMBER: &str = "url_encoded_member:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_form_by_its_name() {
        let plain = JsonDumps::DEFAULT;
        let compact = plain.separators(",", ":").ensure_ascii(false).sort_keys(true);
        let php = JsonEncode::DEFAULT;
        let readable = php.unescaped_slashes(true).unescaped_unicode(true).pretty(true);
        let every = readable
            .associative(true)
            .unescaped_line_terminators(true)
            .preserve_zero_fraction(true);
        let member = BodyForm::UrlEncodedMember("payload");
        for (form, name) in [
            (BodyForm::Wire, "wire"),
            (BodyForm::JavaScript, "javascript"),
            (BodyForm::Python(plain), "python"),
            (BodyForm::Python(compact), "python+compact_items+compact_keys+unicode+sorted"),
            (BodyForm::Python(plain.sort_keys(true)), "python+sorted"),
            (BodyForm::Php(php), "php"),
            (BodyForm::Php(readable), "php+slashes+unicode+pretty"),
            (
                BodyForm::Php(every),
                "php+associative+slashes+unicode+line_terminators+zero_fraction+pretty",
            ),
            (member, "url_encoded_member:payload"),
            #[cfg(feature = "inflate")]
            (BodyForm::Inflated, "inflated"),
        ] {
            let stored = FormName::of(form);
            assert_eq!(stored.as_str(), name);
            assert_eq!(stored.find([&BodyForm::UrlEncodedMember("other"), &member]), Some(form));
        }
    }

    #[test]
    fn finds_no_form_by_another_name() {
        for name in [
            "",
            "Wire",
            "wire ",
            "ruby",
            "python+",
            "python+indent",
            "pythons",
            "sorted",
            "php+sorted",
        ] {
            assert_eq!(FormName(name.into()).find([]), None, "{name:?}");
        }
        let member = FormName::of(BodyForm::UrlEncodedMember("payload"));
        assert_eq!(member.find([&BodyForm::UrlEncodedMember("data"), &BodyForm::Wire]), None);
    }
}
