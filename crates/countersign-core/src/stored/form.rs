//! Names of body forms.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::scheme::{BodyForm, JsonDumps};

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
            BodyForm::Python(dumps) => {
                let mut name = String::from(PYTHON);
                for option in dumps.option_names() {
                    name.push(BEFORE_OPTION);
                    name.push_str(option);
                }
                name.into()
            }
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
        let is_python = parts.next() == Some(PYTHON);
        if is_python { JsonDumps::with_options(parts).map(BodyForm::Python) } else { None }
    }
}

const PYTHON: &str = "python";
const BEFORE_OPTION: char = '+';
const MEMBER: &str = "url_encoded_member:";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_form_by_its_name() {
        let plain = JsonDumps::DEFAULT;
        let compact = plain.separators(",", ":").ensure_ascii(false).sort_keys(true);
        let member = BodyForm::UrlEncodedMember("payload");
        for (form, name) in [
            (BodyForm::Wire, "wire"),
            (BodyForm::JavaScript, "javascript"),
            (BodyForm::Python(plain), "python"),
            (BodyForm::Python(compact), "python+compact_items+compact_keys+unicode+sorted"),
            (BodyForm::Python(plain.sort_keys(true)), "python+sorted"),
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
        for name in ["", "Wire", "wire ", "ruby", "python+", "python+indent", "pythons", "sorted"] {
            assert_eq!(FormName(name.into()).find([]), None, "{name:?}");
        }
        let member = FormName::of(BodyForm::UrlEncodedMember("payload"));
        assert_eq!(member.find([&BodyForm::UrlEncodedMember("data"), &BodyForm::Wire]), None);
    }
}
