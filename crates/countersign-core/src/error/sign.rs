//! Bodies that cannot be signed.

use std::fmt;

/// A body that a [`Signer`](crate::Signer) cannot sign as its provider does.
///
/// The error holds neither the secret nor the body. `Debug` writes the same text as `Display`: a
/// `main` that returns the error, and a test that unwraps it, print a readable line.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use countersign::{Secret, Signer, error::SignError, providers::StandardWebhooks};
///
/// let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
/// let signer = Signer::<StandardWebhooks>::new(secret)?;
///
/// let error = signer.at(SystemTime::now()).sign(b"{}").unwrap_err();
/// assert_eq!(error, SignError::MissingId);
/// assert_eq!(format!("{error:?}"), "the scheme signs the id, which was not given");
///
/// assert!(signer.id("msg_1").sign(b"{}").is_ok());
/// # Ok::<_, countersign::ConfigError>(())
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The scheme signs the delivery's id, and no id was given. Usually the call of
    /// [`Signer::id`](crate::Signer::id) is missing: sign with `signer.id("msg_1").sign(body)`.
    #[error("the scheme signs the id, which was not given")]
    MissingId,
    /// The id is empty, has white space around it, or contains control characters. Usually it was
    /// read from a line of a file, or is a variable that was not set. A header cannot hold such an
    /// id: remove these characters.
    #[error("the id is empty or contains characters that a header cannot hold")]
    IdNotHeaderText,
    /// The id contains the first character of the literal that follows it in the signed text, so
    /// the signed text could be read in several ways. Usually the id is a host name or a decimal
    /// number, and the character is a dot. Use ids without this character, such as `msg_1`. See
    /// [`Scheme::signed`](crate::Scheme::signed).
    #[error(
        "the id contains the first character of {separator:?}, the text that ends the id when it is signed"
    )]
    IdHoldsSeparator {
        /// The literal that follows the id.
        separator: &'static str,
    },
    /// The time is before 1970, the year from which timestamps count. Usually a clock was not set,
    /// or a test subtracts too much from a time. Give [`Signer::at`](crate::Signer::at) a time
    /// after [`UNIX_EPOCH`](std::time::UNIX_EPOCH).
    #[error("the time is before 1970")]
    TimeBeforeEpoch,
}

impl fmt::Debug for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
