//! Deliveries that are not verified.

use std::{fmt, sync::Arc, time::Duration};

use super::ErrorClass;
use crate::{adapter::HeaderKey, signature::SignatureShape};

/// The reason why a delivery was rejected.
///
/// The error is only for the operator: the answer to the sender does not show it. It holds no
/// secret, no computed signature and nothing of the body.
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
    /// Age in seconds; negative for a time in the future.
    pub(crate) age: i64,
    /// `None` if the verifier accepts times of any age. It then rejects only a time that the system
    /// cannot represent.
    pub(crate) tolerance: Option<Duration>,
}

/// The kind of a [`VerifyError`]: the reason why a delivery was rejected.
///
/// More reasons may follow. Each belongs to a [class](Self::class), which decides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyErrorKind {
    /// The signature header is missing or empty. Usually the sender uses another header, or does
    /// not sign: compare [`VerifyError::headers`] with the headers that it sends.
    MissingSignature,
    /// The signature header occurs more than once. Usually a proxy adds a second one.
    RepeatedSignature,
    /// The request has the signature headers of several providers that deliver to one endpoint. A
    /// single verifier never returns this error; a pair of verifiers does. Give each provider its
    /// own endpoint.
    AmbiguousSignature,
    /// The header does not have the scheme's form. Usually the verifier is for another provider, or
    /// the sender writes base64 where the scheme has hex.
    MalformedSignature,
    /// The signed timestamp is missing or repeated, or has characters that are not digits. Usually
    /// the sender writes a date instead of the time since 1970.
    MalformedTimestamp,
    /// The signed timestamp differs from the current time by more than the tolerance. Usually a
    /// retry has the timestamp of the first attempt, or a clock is wrong: see
    /// [`Verifier::tolerance`](crate::Verifier::tolerance).
    StaleTimestamp,
    /// The signed id is missing, empty, repeated or not UTF-8, or contains the character that
    /// follows the id in the signed text (for Standard Webhooks: a dot). Usually a proxy removes
    /// the header. See [`Scheme::signed`](crate::Scheme::signed).
    MalformedId,
    /// The body was not signed with any of the secrets. Usually one side has another secret, or the
    /// body was changed on the way: compare the SHA-256 of the received body with the SHA-256 of
    /// the bytes that the sender signed.
    Mismatch,
    /// The body, or the text that it inflates to, is larger than the limit. Usually the provider
    /// sends larger events than 1 MiB: see [`Verifier::body_limit`](crate::Verifier::body_limit).
    BodyTooLarge,
    /// There is no such tenant, or the request names no tenant. Usually the customer was removed,
    /// or the URL that the provider was given has no tenant in it.
    UnknownTenant,
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
            Self::SecretsNotLookedUp => ErrorClass::Misconfigured,
        }
    }

    /// Returns the name of the kind for labels of metrics, such as `stale_timestamp`.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::error::VerifyErrorKind;
    ///
    /// assert_eq!(VerifyErrorKind::StaleTimestamp.name(), "stale_timestamp");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::MissingSignature => "missing_signature",
            Self::RepeatedSignature => "repeated_signature",
            Self::AmbiguousSignature => "ambiguous_signature",
            Self::MalformedSignature => "malformed_signature",
            Self::MalformedTimestamp => "malformed_timestamp",
            Self::StaleTimestamp => "stale_timestamp",
            Self::MalformedId => "malformed_id",
            Self::Mismatch => "mismatch",
            Self::BodyTooLarge => "body_too_large",
            Self::UnknownTenant => "unknown_tenant",
            Self::SecretsNotLookedUp => "secrets_not_looked_up",
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

    /// Adds the names of the headers that were looked for.
    pub(crate) fn with_headers(self, headers: &Arc<[HeaderKey]>) -> Self {
        Self { headers: Some(Arc::clone(headers)), ..self }
    }

    /// Adds the names of headers that another error holds.
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

    /// Returns the kind of the error.
    #[must_use]
    pub fn kind(&self) -> VerifyErrorKind {
        self.kind
    }

    /// Returns the length of the signature header's value in bytes. Returns 0 if the header is
    /// missing, empty or repeated, or was not read.
    #[must_use]
    pub fn header_length(&self) -> usize {
        self.header_length
    }

    /// Returns the shape of the signature header's value. Returns `Empty` if the header is missing,
    /// empty or repeated, or was not read.
    #[must_use]
    pub fn header_shape(&self) -> SignatureShape {
        self.header_shape
    }

    /// Returns the names of the headers that the verifier looked for, if one of them is the reason
    /// for the rejection. A scheme with alternative headers has several names. Returns no names if
    /// the delivery was rejected for another reason.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, providers::GitHub};
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("key")?)?;
    /// let error = verifier.verify(&[("X-Other", "1")], b"{}").unwrap_err();
    /// assert_eq!(error.headers().collect::<Vec<_>>(), ["X-Hub-Signature-256"]);
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = &str> {
        self.headers.iter().flat_map(|names| names.iter()).map(HeaderKey::as_str)
    }

    /// Returns the number of bytes of the body that had arrived.
    #[must_use]
    pub fn received(&self) -> usize {
        self.received
    }

    /// Returns the number of secrets that were tried.
    #[must_use]
    pub fn secrets_tried(&self) -> usize {
        self.secrets_tried.into()
    }

    /// Returns the number of body forms that were tried, including the bytes on the wire.
    #[must_use]
    pub fn forms_tried(&self) -> usize {
        self.forms_tried.into()
    }

    /// Returns `true` for a mismatch if the scheme decodes secrets from base64.
    ///
    /// Some platforms use the text of the secret as the key, including its prefix. Every delivery
    /// from such a platform is a mismatch, unless you pass the secret to
    /// [`Secret::from_bytes`](crate::Secret::from_bytes), which does not decode it.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use countersign::{Secret, Signer, Verifier, providers::StandardWebhooks};
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
    /// use countersign::{Secret, Signer, Verifier, clock::FixedClock, providers::Stripe};
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
        })
    }
}

impl std::error::Error for VerifyError {}
