//! Signed bodies that are not the expected event.

use std::fmt;

use super::ErrorClass;

/// A signed body that is not the expected event.
///
/// The error reports the kind of the problem and its position, and never a value of the payload. It
/// does not hold serde's messages, because they quote values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadError {
    kind: PayloadErrorKind,
    line: usize,
    column: usize,
    path: Option<Box<str>>,
    is_missing: bool,
}

/// The reason why a signed body is not the expected event.
///
/// More reasons may follow. Each belongs to a [class](Self::class), which decides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadErrorKind {
    /// The body is not UTF-8. Usually it is not JSON, but compressed or binary: take it as
    /// `VerifiedBody`.
    NotUtf8,
    /// The body is not JSON (RFC 8259). Usually the provider sends another format, such as a
    /// URL-encoded form: see [`EventAt::url_encoded`](crate::event::EventAt::url_encoded).
    NotJson,
    /// The body is JSON, but not an object. Usually the provider sends several events as a list:
    /// take it as `VerifiedBody`.
    NotAnObject,
    /// The body is an object whose type is missing or is not text. Usually the provider has the
    /// type in another place: see [`EventAt`](crate::event::EventAt).
    MissingType,
    /// The body is an object with more than one type, so that two parsers could read different
    /// events. Report it to the provider.
    RepeatedType,
    /// The body is JSON, but does not have the shape of the event. Usually the provider added a
    /// value or made a member optional: [`PayloadError::path`] names the member.
    WrongShape,
}

impl PayloadErrorKind {
    /// Returns the class, which decides the answer.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::NotUtf8 | Self::NotJson => ErrorClass::BadRequest,
            Self::NotAnObject | Self::MissingType | Self::RepeatedType | Self::WrongShape => {
                ErrorClass::Unprocessable
            }
        }
    }

    /// Returns the name of the kind for labels of metrics, such as `wrong_shape`.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::error::PayloadErrorKind;
    ///
    /// assert_eq!(PayloadErrorKind::WrongShape.name(), "wrong_shape");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::NotJson => "not_json",
            Self::NotAnObject => "not_an_object",
            Self::MissingType => "missing_type",
            Self::RepeatedType => "repeated_type",
            Self::WrongShape => "wrong_shape",
        }
    }
}

impl PayloadError {
    pub(crate) fn at(kind: PayloadErrorKind, line: usize, column: usize) -> Self {
        Self { kind, line, column, path: None, is_missing: false }
    }

    pub(crate) fn with_path(self, path: String) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    pub(crate) fn with_missing(self, path: String) -> Self {
        Self { is_missing: true, ..self.with_path(path) }
    }

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> PayloadErrorKind {
        self.kind
    }

    /// Returns the line of the body at which reading stopped. The first line is 1. Returns 0 if the
    /// error has no position.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// Returns the column at which reading stopped in the [line](Self::line), in bytes. The first
    /// column is 1. Returns 0 if the error has no position.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Returns the member that does not fit, such as `data.object.name`, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Returns whether the member at [`path`](Self::path) is missing: your type requires it, and
    /// the body does not have it. The name of the member is the one that your type declares.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::Respan};
    ///
    /// #[derive(Debug, serde::Deserialize)]
    /// struct Log { model: Model }
    /// #[derive(Debug, serde::Deserialize)]
    /// struct Model { name: String }
    ///
    /// let secret = Secret::new("key")?;
    /// let body = br#"{"model":{"Name":"small"}}"#;
    /// let headers = Signer::<Respan>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<Respan>::new(secret)?.verify(&headers, body)?;
    ///
    /// let error = verified.json::<Log>().unwrap_err();
    /// assert_eq!((error.path(), error.is_missing()), (Some("model.name"), true));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.is_missing
    }
}

impl From<PayloadErrorKind> for PayloadError {
    fn from(kind: PayloadErrorKind) -> Self {
        Self::at(kind, 0, 0)
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            PayloadErrorKind::NotUtf8 => "the body is not UTF-8",
            PayloadErrorKind::NotJson => "the body is not JSON",
            PayloadErrorKind::NotAnObject => "the body is not a JSON object",
            PayloadErrorKind::MissingType => "the event's type is missing or not text",
            PayloadErrorKind::RepeatedType => "the event's type is repeated",
            PayloadErrorKind::WrongShape => "the event does not have the expected shape",
        })?;
        match &self.path {
            Some(path) if self.is_missing => write!(f, ": {path} is missing")?,
            Some(path) => write!(f, " at {path}")?,
            None => {}
        }
        if self.line > 0 {
            write!(f, " (line {} column {})", self.line, self.column)?;
        }
        Ok(())
    }
}

impl std::error::Error for PayloadError {}
