//! Settings that are not valid, and requests that are refused.

use countersign::inbox::StoreError;
use thiserror::Error;

/// A setting of the console that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SettingError {
    /// The name of an operator is empty, or has a colon.
    #[error("the name of an operator is empty, or has a colon")]
    Name,
    /// A password has fewer than 8 bytes.
    #[error("the password has fewer than 8 bytes; choose a longer one")]
    Password,
    /// A token has fewer than 16 bytes.
    #[error("the token has fewer than 16 bytes; choose a longer one")]
    Token,
    /// The key of the forms has fewer than 16 bytes.
    #[error("the key of the forms has fewer than 16 bytes; choose a longer one")]
    Key,
    /// A JSON pointer does not begin with `/`, or has a `~` that is not `~0` or `~1`.
    #[error("{0:?} is no JSON pointer; write it as /data/email, with ~1 for / and ~0 for ~")]
    Pointer(String),
    /// The operating system gave no random bytes.
    #[error("the operating system gave no random bytes")]
    Random,
}

/// A request that gets no page.
#[derive(Debug)]
pub(crate) enum Refused {
    /// The sender is not known.
    Unauthorized,
    /// The operator may not do this.
    Forbidden(&'static str),
    /// The request is not valid.
    Bad(&'static str),
    NotFound,
    Method,
    /// The form is too long.
    TooLong,
    /// Too many pages are updated, or searched, at the same time.
    Busy,
    /// The inbox failed.
    Engine(StoreError),
    /// A page could not be made.
    Page,
}

impl Refused {
    pub(crate) fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden(_) => 403,
            Self::Bad(_) => 400,
            Self::NotFound => 404,
            Self::Method => 405,
            Self::TooLong => 413,
            Self::Busy | Self::Engine(_) => 503,
            Self::Page => 500,
        }
    }

    pub(crate) fn text(&self) -> &'static str {
        match self {
            Self::Unauthorized => "This page needs a login.",
            Self::Forbidden(text) | Self::Bad(text) => text,
            Self::NotFound => "There is no such page, or no such delivery.",
            Self::Method => "This page does not have this method.",
            Self::TooLong => "The form is too long. Nothing was changed.",
            Self::Busy => {
                "Too many live lists or searches run at the same time. Close one, or try again later."
            }
            Self::Engine(_) => {
                "The inbox does not answer. The log of the receiver has the cause, under the \
                 target countersign::console."
            }
            Self::Page => "The page could not be made.",
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Engine(error)
    }
}

impl From<askama::Error> for Refused {
    fn from(_: askama::Error) -> Self {
        Self::Page
    }
}
