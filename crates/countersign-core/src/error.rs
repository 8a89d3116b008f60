//! Three kinds of failure, never mixed: yours at start-up, theirs at request time, and what was
//! signed but cannot be read.

use std::{fmt, sync::Arc, time::Duration};

use crate::adapter::HeaderKey;

pub use crate::{signature::SignatureShape, tenants::directory::LookupError};

/// A setting that cannot be accepted. It holds no secret.
///
/// `Debug` writes the same text as `Display`, with all sources: a `main` that returns the error
/// prints a line that can be read.
///
/// # Examples
///
/// ```
/// let error = countersign_core::Secret::from_env("NO_SUCH_VARIABLE").unwrap_err();
/// assert_eq!(format!("{error:?}"), "environment variable NO_SUCH_VARIABLE: not set");
/// ```
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A secret without a byte would let anybody sign.
    #[error("the secret is empty")]
    EmptySecret,
    /// See [`Secret::new`](crate::Secret::new).
    #[error("the secret has white space around it")]
    SecretWhiteSpace,
    /// See [`Secret::new`](crate::Secret::new).
    #[error("the secret has quotes around it")]
    SecretInQuotes,
    /// The scheme's keys come as base64.
    #[error("the secret is not base64, with or without {prefix:?} in front")]
    SecretNotBase64 {
        /// What may come before the base64.
        prefix: &'static str,
    },
    /// The provider's keys are longer than this one.
    #[error("the secret's key has {length} bytes, and not {at_least} or more")]
    SecretLength {
        /// The length of the key that was given, in bytes.
        length: usize,
        /// The fewest bytes that a key has.
        at_least: usize,
    },
    /// The scheme verifies with a public key, and this is none that can be trusted.
    #[error("the secret is not a public key of Ed25519")]
    NotAPublicKey,
    /// The scheme signs with a private key, and this is none.
    #[error("the secret is not a private key of Ed25519")]
    NotAPrivateKey,
    /// There are more retired secrets than a verifier tries.
    #[error("more than {limit} retired secrets")]
    TooManySecrets {
        /// How many there may be.
        limit: usize,
    },
    /// The environment variable is missing.
    #[error("not set")]
    VariableNotSet,
    /// The environment variable's value is no text.
    #[error("not Unicode")]
    VariableNotUnicode,
    /// What is wrong with the secret in an environment variable.
    #[error("environment variable {name}: {source}")]
    Variable {
        /// The variable.
        name: String,
        /// What is wrong with its value.
        source: Box<Self>,
    },
    /// Not a field name of HTTP (RFC 9110, section 5.1).
    #[error("{name:?} is not the name of a header")]
    HeaderName {
        /// What was given.
        name: String,
    },
    /// The verifier looks its secrets up, and has none of its own to replace.
    #[error("the verifier's secrets are looked up per tenant")]
    SecretsPerTenant,
    /// A signer was not told something that the scheme signs.
    #[error("the scheme signs the {part}, which was not given")]
    MissingPart {
        /// What is missing: `id` or `url`.
        part: &'static str,
    },
    /// A signer was given a time that the scheme's timestamp cannot express.
    #[error("the time is before 1970")]
    TimeBeforeEpoch,
    /// A signer was given an id that cannot stand in a header.
    #[error("the id is empty or holds characters that a header cannot")]
    IdNotHeaderText,
    /// A signer was given an id that contains the first character of the literal after the id: the
    /// signed text could be read in several ways.
    #[error("the id holds {separator:?}, which ends the id in the text that is signed")]
    IdHoldsSeparator {
        /// The literal that follows the id.
        separator: &'static str,
    },
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What an error means for the answer to a delivery.
///
/// This enum is complete: an adapter can match all classes without a wildcard.
///
/// # Examples
///
/// ```
/// use countersign_core::error::{ErrorClass, VerifyErrorKind};
///
/// let status = match VerifyErrorKind::Mismatch.class() {
///     ErrorClass::Unauthorized => 401,
///     ErrorClass::TooLarge => 413,
///     ErrorClass::BadRequest => 400,
///     ErrorClass::Unprocessable => 422,
///     ErrorClass::Misconfigured => 500,
/// };
/// assert_eq!(status, 401);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorClass {
    /// The delivery is not authenticated: 401.
    Unauthorized,
    /// The body is larger than the limit: 413.
    TooLarge,
    /// The body is signed, and is not JSON in UTF-8: 400.
    BadRequest,
    /// The body is signed JSON, and not an event of the expected type: 422.
    Unprocessable,
    /// The receiver lacks a setting, or calls the verifier in the wrong order: 500.
    Misconfigured,
}

/// Why a delivery was refused. For the operator alone: the sender is told nothing of it.
///
/// It holds no secret, no expected tag and nothing of the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyError {
    kind: VerifyErrorKind,
    header_length: usize,
    header_shape: SignatureShape,
    received: usize,
    // Small, because an error is moved in many results.
    secrets_tried: u16,
    forms_tried: u16,
    secrets_are_base64: bool,
    stale: Option<Stale>,
    headers: Option<Arc<[HeaderKey]>>,
}

/// A signed time that is out of tolerance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stale {
    /// In seconds; negative for a time in the future.
    pub(crate) age: i64,
    /// `None` for a time that no clock can reach.
    pub(crate) tolerance: Option<Duration>,
}

/// The reasons to refuse a delivery.
///
/// More reasons may follow; each belongs to a [class](Self::class), which decides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyErrorKind {
    /// No signature header, or an empty one. Usually the sender uses another header, or does not
    /// sign: compare [`VerifyError::headers`] with what it sends.
    MissingSignature,
    /// The signature header occurs more than once. Usually a proxy adds a second one.
    RepeatedSignature,
    /// The request has the signature headers of several providers that deliver to one endpoint. One
    /// verifier never returns this; a pair of verifiers does. Give each provider its own endpoint.
    AmbiguousSignature,
    /// The header does not have the scheme's form. Usually the verifier is for another provider, or
    /// the sender writes base64 where the scheme has hex.
    MalformedSignature,
    /// The signed timestamp is missing or repeated, or has characters that are not digits. Usually
    /// the sender writes a date instead of the time since 1970.
    MalformedTimestamp,
    /// The signed timestamp is further from now than the tolerance. Usually a retry has the
    /// timestamp of the first attempt, or a clock is wrong: see
    /// [`Verifier::tolerance`](crate::Verifier::tolerance).
    StaleTimestamp,
    /// The signed id is missing, repeated or not text, or holds the character that ends it in the
    /// signed text. See [`Scheme::signed`](crate::Scheme::signed).
    MalformedId,
    /// The body was not signed with any of the secrets. Usually one side has another secret, or the
    /// body was changed on the way: compare the SHA-256 of the received body with the SHA-256 of
    /// the bytes that the sender signed.
    Mismatch,
    /// The body, or the text that it inflates to, is larger than the limit: see
    /// [`Verifier::body_limit`](crate::Verifier::body_limit).
    BodyTooLarge,
    /// There is no such tenant, or the request names none.
    UnknownTenant,
    /// The scheme signs the URL, and the verifier was not given one. Set it with
    /// [`Verifier::url`](crate::Verifier::url).
    UrlNotConfigured,
    /// The verifier looks secrets up for each tenant, and was called without a tenant. Call
    /// [`Verifier::of_tenant`](crate::Verifier::of_tenant) first.
    SecretsNotLookedUp,
}

impl VerifyErrorKind {
    /// Returns the class, which decides the answer.
    #[must_use]
    pub const fn class(self) -> ErrorClass {
        match self {
            Self::MissingSignature
            | Self::RepeatedSignature
            | Self::AmbiguousSignature
            | Self::MalformedSignature
            | Self::MalformedTimestamp
            | Self::StaleTimestamp
            | Self::MalformedId
            | Self::Mismatch
            | Self::UnknownTenant => ErrorClass::Unauthorized,
            Self::BodyTooLarge => ErrorClass::TooLarge,
            Self::UrlNotConfigured | Self::SecretsNotLookedUp => ErrorClass::Misconfigured,
        }
    }
}

impl VerifyError {
    pub(crate) fn new(kind: VerifyErrorKind, header_length: usize, shape: SignatureShape) -> Self {
        Self {
            kind,
            header_length,
            header_shape: shape,
            received: 0,
            secrets_tried: 0,
            forms_tried: 0,
            secrets_are_base64: false,
            stale: None,
            headers: None,
        }
    }

    /// Keeps the headers that were looked for.
    pub(crate) fn with_headers(self, headers: &Arc<[HeaderKey]>) -> Self {
        Self { headers: Some(Arc::clone(headers)), ..self }
    }

    /// Adds the headers that another error is about.
    #[doc(hidden)]
    #[must_use]
    pub fn __and(self, other: &Self) -> Self {
        let all = self.headers.iter().chain(&other.headers).flat_map(|names| names.iter().cloned());
        let headers = Some(all.collect());
        Self { headers, ..self }
    }

    pub(crate) fn with_stale(self, stale: Option<Stale>) -> Self {
        Self { stale, ..self }
    }

    pub(crate) fn with_received(self, received: usize) -> Self {
        Self { received, ..self }
    }

    pub(crate) fn with_tried(self, secrets: usize, forms: usize) -> Self {
        let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        Self { secrets_tried: count(secrets), forms_tried: count(forms), ..self }
    }

    pub(crate) fn with_base64_secrets(self, secrets_are_base64: bool) -> Self {
        Self { secrets_are_base64, ..self }
    }

    /// Why the delivery was refused.
    #[must_use]
    pub fn kind(&self) -> VerifyErrorKind {
        self.kind
    }

    /// The signature header's length in bytes; 0 where there is not exactly one.
    #[must_use]
    pub fn header_length(&self) -> usize {
        self.header_length
    }

    /// What the signature header's text looks like; `Empty` where there is not exactly one.
    #[must_use]
    pub fn header_shape(&self) -> SignatureShape {
        self.header_shape
    }

    /// Returns the names of the headers that were looked for, if the delivery was rejected because
    /// of one of its headers before its body was read: a scheme with alternatives has several.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Verifier, providers::GitHub};
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("key")?)?;
    /// let error = verifier.verify(&[("X-Other", "1")], b"{}").unwrap_err();
    /// assert_eq!(error.headers().collect::<Vec<_>>(), ["X-Hub-Signature-256"]);
    /// # Ok::<_, countersign_core::ConfigError>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().flat_map(|names| names.iter()).map(HeaderKey::as_str)
    }

    /// How many bytes of the body had come in.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received
    }

    /// How many secrets the body was tried with.
    #[must_use]
    pub fn secrets_tried(&self) -> usize {
        self.secrets_tried.into()
    }

    /// How many forms of the body were tried, the wire's among them.
    #[must_use]
    pub fn forms_tried(&self) -> usize {
        self.forms_tried.into()
    }

    /// Returns whether the body matched no key, and the scheme decodes keys from base64 unless they
    /// are given as bytes.
    ///
    /// Some platforms sign with the secret's text itself as the key, prefix included. Every
    /// delivery from them is then a mismatch, and [`Secret::from_bytes`](crate::Secret::from_bytes)
    /// takes their secret.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign_core::{Secret, Signer, Verifier, providers::StandardWebhooks};
    ///
    /// let text = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    /// let signer = Signer::<StandardWebhooks>::new(Secret::from_bytes(text)?)?;
    /// let headers = signer.at(SystemTime::now()).id("msg_1").sign(b"{}")?;
    ///
    /// let verifier = Verifier::<StandardWebhooks>::new(Secret::new(text)?)?;
    /// assert!(verifier.verify(&headers, b"{}").unwrap_err().secrets_are_base64());
    ///
    /// let verifier = Verifier::<StandardWebhooks>::new(Secret::from_bytes(text)?)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn secrets_are_base64(&self) -> bool {
        self.secrets_are_base64
    }

    /// Returns the age of the signed time in seconds, rounded up, if the delivery was rejected as
    /// stale. The age is negative if the signed time is in the future.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign_core::{Secret, Signer, Verifier, clock::FixedClock, providers::Stripe};
    ///
    /// let (secret, signed_at) = (Secret::new("whsec_abc123")?, SystemTime::now());
    /// let headers = Signer::<Stripe>::new(secret.clone())?.at(signed_at).sign(b"{}")?;
    /// let clock = FixedClock::at(signed_at + Duration::from_secs(3600));
    /// let error = Verifier::<Stripe>::new(secret)?.clock(clock).verify(&headers, b"{}").unwrap_err();
    /// assert!((3600..=3601).contains(&error.signed_age().unwrap_or_default()));
    /// assert_eq!(error.tolerance(), Some(Duration::from_secs(300)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn signed_age(&self) -> Option<i64> {
        self.stale.map(|stale| stale.age)
    }

    /// Returns the tolerance that the signed time exceeded, if the delivery was rejected as stale.
    #[must_use]
    pub fn tolerance(&self) -> Option<Duration> {
        self.stale.and_then(|stale| stale.tolerance)
    }
}

impl From<VerifyErrorKind> for VerifyError {
    fn from(kind: VerifyErrorKind) -> Self {
        Self::new(kind, 0, SignatureShape::Empty)
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            VerifyErrorKind::MissingSignature => "the signature header is missing or empty",
            VerifyErrorKind::RepeatedSignature => "the signature header is repeated",
            VerifyErrorKind::AmbiguousSignature => {
                "there are signature headers of more than one provider"
            }
            VerifyErrorKind::MalformedSignature => "the signature header is malformed",
            VerifyErrorKind::MalformedTimestamp => "the signed timestamp is missing or malformed",
            VerifyErrorKind::StaleTimestamp => "the signed timestamp is out of tolerance",
            VerifyErrorKind::MalformedId => "the signed id is missing or malformed",
            VerifyErrorKind::Mismatch => "the body was not signed with any of the secrets",
            VerifyErrorKind::BodyTooLarge => "the body is larger than the limit",
            VerifyErrorKind::UnknownTenant => "there is no such tenant",
            VerifyErrorKind::SecretsNotLookedUp => "the tenant's secrets were not looked up",
            VerifyErrorKind::UrlNotConfigured => "the scheme signs the url, and none is configured",
        })
    }
}

impl std::error::Error for VerifyError {}

/// Why bytes that were signed cannot be read as an event.
///
/// It tells where and of what kind the trouble is, and never a value of the payload: serde's own
/// messages quote values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadError {
    kind: PayloadErrorKind,
    line: usize,
    column: usize,
    path: Option<Box<str>>,
    is_missing: bool,
}

/// The ways in which a signed body can fail to be an event.
///
/// More may follow; each belongs to a [class](Self::class), which decides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadErrorKind {
    /// Not UTF-8.
    NotUtf8,
    /// Not JSON (RFC 8259).
    NotJson,
    /// JSON, but not an object.
    NotAnObject,
    /// An object whose type is missing or is not text. Usually the provider has its type elsewhere:
    /// see [`EventAt`](crate::event::EventAt).
    MissingType,
    /// An object that has its type more than once.
    RepeatedType,
    /// JSON, but not of the shape that this event has. [`PayloadError::path`] names the member.
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

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> PayloadErrorKind {
        self.kind
    }

    /// The line in the body where reading stopped, from 1; 0 if it is about no place.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in that line, in bytes, from 1; 0 if it is about no place.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Which member does not fit, such as `data.object.name`, where one does not.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// Returns whether the member at [`path`](Self::path) is missing: your type requires it, and
    /// the body does not have it. The name is that of your type.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Signer, Verifier, providers::Respan};
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
            PayloadErrorKind::WrongShape => "the event does not have its shape",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_a_configuration_error_so_that_it_can_be_read() {
        let variable = |source: ConfigError| ConfigError::Variable {
            name: "STRIPE_SECRET".to_owned(),
            source: source.into(),
        };
        for (error, expected) in [
            (ConfigError::EmptySecret, "the secret is empty"),
            (
                variable(ConfigError::SecretInQuotes),
                "environment variable STRIPE_SECRET: the secret has quotes around it",
            ),
            (
                variable(variable(ConfigError::VariableNotSet)),
                "environment variable STRIPE_SECRET: environment variable STRIPE_SECRET: not set",
            ),
        ] {
            assert_eq!(format!("{error:?}"), expected);
            // A `main` that returns the error prints this.
            let error: Box<dyn std::error::Error> = error.into();
            assert_eq!(format!("{error:?}"), expected);
        }
    }
}
