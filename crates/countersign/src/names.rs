//! The providers that a refusal is about.

use std::borrow::Cow;

/// The names of one provider, or of all that deliver to one endpoint.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// Of one.
    One(&'static str),
    /// Of these and those.
    Both(&'static Self, &'static Self),
}

impl Names {
    /// As logs have them: `github|x-webhook-signature`.
    pub(crate) fn joined(&self) -> Cow<'static, str> {
        match self {
            Self::One(name) => Cow::Borrowed(name),
            Self::Both(left, right) => Cow::Owned(format!("{}|{}", left.joined(), right.joined())),
        }
    }
}
