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
}

impl Step {
    pub(crate) fn new(cause: Cause, change: impl Into<String>) -> Self {
        Self { cause, change: change.into(), form: None }
    }
}
