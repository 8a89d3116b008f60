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
    /// A JSON pointer does not begin with `/`.
    #[error("{0:?} is no JSON pointer; write it as /data/email")]
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
    /// Too many pages are open.
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
            Self::Busy => "Too many pages are open at the same time. Close one, and try again.",
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
