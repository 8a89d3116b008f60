//! The verifier: the one component that decides whether a delivery is accepted.

mod construction;
#[cfg(feature = "tenants")]
mod per_tenant;
mod settings;
mod stored;
mod tenants;
mod unsigned;

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use arc_swap::{ArcSwap, Guard};

use crate::{
    ConfigError, HeaderSource, Provider, Scheme, Secrets, Verified, VerifyError,
    adapter::Verification, error::VerifyErrorKind, key::Keys, tenants::Directory,
};

pub(crate) use settings::{DEFAULT_BODY_LIMIT, Settings};
pub use tenants::Admission;

/// Decides whether a delivery was signed by the provider `P` with one of your secrets.
///
/// A verifier has everything that the decision needs: the provider's scheme, the secrets, the
/// clock, the limits, and the answers to rejected deliveries. All layers, middleware and extractors
/// use its verdict, so that they behave alike. Clones are cheap and share the secrets.
///
/// # Rejected deliveries
///
/// Before the body is read, by [`begin`](Self::begin):
///
/// | delivery | error |
/// |---|---|
/// | no signature header, or an empty one | [`MissingSignature`] |
/// | a repeated signature header | [`RepeatedSignature`] |
/// | not in the scheme's form | [`MalformedSignature`] |
/// | no valid time, if it is in a header | [`MalformedTimestamp`] |
/// | no valid id, if one is signed | [`MalformedId`] |
/// | a time that is out of tolerance | [`StaleTimestamp`] |
/// | a declared length above the body limit | [`BodyTooLarge`] |
///
/// While the body arrives, by [`Verification::update`]:
///
/// | delivery | error |
/// |---|---|
/// | more bytes than the body limit | [`BodyTooLarge`] |
///
/// When the body is complete, by [`Verification::finish`]:
///
/// | delivery | error |
/// |---|---|
/// | inflates to more bytes than the body limit | [`BodyTooLarge`] |
/// | an unknown tenant | [`UnknownTenant`] |
/// | not signed with any of the secrets | [`Mismatch`] |
/// | no valid time, if it is in the body | [`MalformedTimestamp`] |
/// | a time in the body that is out of tolerance | [`StaleTimestamp`] |
///
/// [`verify`](Self::verify) makes all of these checks at once. A verifier that looks secrets up per
/// tenant rejects every delivery in `begin` and `verify` ([`SecretsNotLookedUp`]): call
/// [`of_tenant`](Self::of_tenant) first. Layers, middleware and extractors look the secrets up
/// themselves. They also reject a body that is cut off or not complete within the deadline, and a
/// delivery whose tenant's secrets cannot be looked up.
///
/// [`MissingSignature`]: VerifyErrorKind::MissingSignature
/// [`RepeatedSignature`]: VerifyErrorKind::RepeatedSignature
/// [`MalformedSignature`]: VerifyErrorKind::MalformedSignature
/// [`MalformedTimestamp`]: VerifyErrorKind::MalformedTimestamp
/// [`MalformedId`]: VerifyErrorKind::MalformedId
/// [`StaleTimestamp`]: VerifyErrorKind::StaleTimestamp
/// [`BodyTooLarge`]: VerifyErrorKind::BodyTooLarge
/// [`UnknownTenant`]: VerifyErrorKind::UnknownTenant
/// [`Mismatch`]: VerifyErrorKind::Mismatch
/// [`SecretsNotLookedUp`]: VerifyErrorKind::SecretsNotLookedUp
///
/// # Defaults
///
/// | setting | default |
/// |---|---|
/// | [`header`](Self::header) | the signature headers of the scheme |
/// | [`forms`](Self::forms) | the bytes of the wire, and the body forms of the scheme |
/// | [`tolerance`](Self::tolerance) | that of the scheme: 300 s unless it states another one |
/// | [`clock`](Self::clock) | the clock of the system |
/// | [`body_limit`](Self::body_limit) | 1 MiB (1,048,576 bytes) |
/// | [`body_deadline`](Self::body_deadline) | 10 s for the whole body |
/// | [`endpoint`](Self::endpoint) | the name of the provider |
/// | [`unauthorized`](Self::unauthorized) | 401, `{"error":"Invalid signature"}` |
/// | [`bad_request`](Self::bad_request) | 400, `{"error":"Incomplete body"}` or `{"error":"Invalid payload"}` |
/// | [`payload_too_large`](Self::payload_too_large) | 413, `{"error":"Payload too large"}` |
/// | [`unprocessable`](Self::unprocessable) | 422, `{"error":"Invalid payload"}` |
/// | [`answer_unsigned`](Self::answer_unsigned) | requests without a signature are rejected |
///
/// # Security
///
/// - The signature header must be present, occur only once and be well formed before the verifier
///   takes any byte of the body.
/// - The received signature and the computed one are compared at full length and in constant time.
/// - The body is parsed only after the signature matched, except to compute an accepted [body
///   form](crate::scheme::BodyForm).
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Verifier, error::VerifyErrorKind, providers::XWebhookSignature};
///
/// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
///
/// let body = br#"{"some":"data"}"#;
/// let signature = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
/// let headers = [("X-Webhook-Signature", signature)];
/// let verified = verifier.verify(&headers, body)?;
/// assert_eq!(verified.bytes(), body);
///
/// let forged = verifier.verify(&headers, br#"{"some":"dat4"}"#).unwrap_err();
/// assert_eq!(forged.kind(), VerifyErrorKind::Mismatch);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Guide: [quickstart][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/quickstart/index.html
#[doc(alias = "hmac")]
#[doc(alias = "signature verification")]
pub struct Verifier<P> {
    shared: Arc<Shared>,
    provider: PhantomData<fn() -> P>,
}

/// The state that all clones share.
#[derive(Clone)]
struct Shared {
    settings: Settings,
    keys: KeySource,
}

/// The source of the keys.
#[derive(Clone)]
enum KeySource {
    Own(Arc<ArcSwap<Keys>>),
    #[cfg_attr(
        not(feature = "tenants"),
        expect(dead_code, reason = "constructed only with the feature; matched without it")
    )]
    PerTenant(Arc<dyn Directory>),
}

/// # Verifying
///
/// Takes one delivery, and returns the proof or the reason of the rejection.
impl<P: Provider> Verifier<P> {
    /// Verifies a delivery that is already in memory.
    ///
    /// # Errors
    ///
    /// [`VerifyError`], with the reason of the rejection. Do not send the reason to the sender: the
    /// answer to all rejected signatures is the same.
    pub fn verify<'a, H, B>(
        &self,
        headers: &H,
        body: &'a B,
    ) -> Result<Verified<P, Cow<'a, [u8]>>, VerifyError>
    where
        H: HeaderSource + ?Sized,
        B: AsRef<[u8]> + ?Sized,
    {
        self.judge(headers, body.as_ref(), None)
    }

    /// Verifies a delivery that was received earlier, such as one from a queue. Signed times are
    /// compared with `received_at`, not with the present time.
    ///
    /// # Errors
    ///
    /// The errors of [`verify`](Self::verify).
    ///
    /// # Security
    ///
    /// `received_at` must be a time that you recorded yourself, where the sender cannot change it.
    /// Never take it from a header or from the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign::{Secret, Signer, Verifier, providers::Stripe};
    ///
    /// let secret = Secret::new("whsec_abc123")?;
    /// let yesterday = SystemTime::now() - Duration::from_secs(24 * 60 * 60);
    /// let headers = Signer::<Stripe>::new(secret.clone())?.at(yesterday).sign(b"{}")?;
    ///
    /// let verifier = Verifier::<Stripe>::new(secret)?;
    /// assert!(verifier.verify(&headers, b"{}").is_err());
    /// assert!(verifier.verify_at(yesterday, &headers, b"{}").is_ok());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn verify_at<'a, H, B>(
        &self,
        received_at: SystemTime,
        headers: &H,
        body: &'a B,
    ) -> Result<Verified<P, Cow<'a, [u8]>>, VerifyError>
    where
        H: HeaderSource + ?Sized,
        B: AsRef<[u8]> + ?Sized,
    {
        self.judge(headers, body.as_ref(), Some(received_at))
    }

    /// Begins to verify a delivery whose body is still arriving.
    ///
    /// `declared_length` is the body's length in bytes, as the sender states it. It is `None` if
    /// the sender states no length.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] if the delivery is rejected before the first byte of the body: because of
    /// its signature header, its signed time or id, or its declared length. The signature header is
    /// checked first, the declared length last. See [`Verifier`] for all errors.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, providers::XWebhookSignature};
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
    /// let signature = "b964de446e8f85ef7893cadfbd1fb1d6e2f94c2e1537427b55db22412077527b";
    ///
    /// let mut verification = verifier.begin(&[("X-Webhook-Signature", signature)], None)?;
    /// for chunk in [r#"{"some""#, r#":"data"}"#] {
    ///     verification.update(chunk.into())?;
    /// }
    /// let verified = verification.finish()?;
    /// assert_eq!(verified.bytes(), br#"{"some":"data"}"#);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[inline]
    pub fn begin<H>(
        &self,
        headers: &H,
        declared_length: Option<u64>,
    ) -> Result<Verification<P>, VerifyError>
    where
        H: HeaderSource + ?Sized,
    {
        let keys = self.keys()?;
        Verification::begin(&self.shared.settings, &keys, headers, declared_length)
    }
}

/// # Rotation of secrets
impl<P: Provider> Verifier<P> {
    /// Replaces the secrets of this verifier and of all its clones, while deliveries arrive. Each
    /// delivery is judged by the secrets that are set at its [`begin`](Self::begin).
    ///
    /// # Security
    ///
    /// A delivery that begins after this method has returned is never judged by the former secrets.
    /// A delivery whose body is still arriving is judged by the secrets that were set when it
    /// began.
    ///
    /// # Errors
    ///
    /// The errors of [`Verifier::new`], and [`ConfigError::SecretsPerTenant`] if the verifier looks
    /// its secrets up per tenant. The former secrets then stay set.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Secrets, Signer, Verifier, providers::GitHub};
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("old")?)?;
    /// let clone = verifier.clone();
    /// verifier.replace_secrets(Secrets::new(Secret::new("new")?).with_retired(Secret::new("old")?)?)?;
    ///
    /// let headers = Signer::<GitHub>::new(Secret::new("old")?)?.sign(b"{}")?;
    /// assert_eq!(clone.verify(&headers, b"{}")?.secret_index(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn replace_secrets(&self, secrets: impl Into<Secrets>) -> Result<(), ConfigError> {
        let KeySource::Own(keys) = &self.shared.keys else {
            return Err(ConfigError::SecretsPerTenant);
        };
        let mut new = Keys::new(&secrets.into(), &Self::SCHEME)?;
        new.set = new.set.of_the_verifier(keys.load().set);
        keys.store(Arc::new(new));
        Ok(())
    }
}

/// # Several providers at one endpoint
impl<P: Provider> Verifier<P> {
    /// Returns whether a request has a signature header of this verifier, with any value. If
    /// several providers deliver to one endpoint, use this method to choose the verifier.
    ///
    /// # Security
    ///
    /// The result is not a verdict, because anybody can send a header. If a request has the headers
    /// of several of your verifiers, reject it instead of choosing one.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, providers::{GitHub, XWebhookSignature}};
    ///
    /// let github = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    /// let in_house = Verifier::<XWebhookSignature>::new(Secret::new("whsec_abc123")?)?;
    ///
    /// let headers = [("X-Webhook-Signature", "anything")];
    /// assert!(in_house.has_signature_header(&headers));
    /// assert!(!github.has_signature_header(&headers));
    /// assert!(github.header("X-Webhook-Signature")?.has_signature_header(&headers));
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[must_use]
    pub fn has_signature_header<H: HeaderSource + ?Sized>(&self, headers: &H) -> bool {
        let names = &self.shared.settings.signature_headers;
        names.iter().any(|name| headers.values_by_key(name).next().is_some())
    }
}

impl<P: Provider> Verifier<P> {
    /// The provider's scheme, checked while the program is compiled.
    pub(crate) const SCHEME: Scheme = P::SCHEME.checked();

    /// Returns the error for a delivery without a signature header.
    #[doc(hidden)]
    #[must_use]
    pub fn __missing(&self) -> VerifyError {
        let error = VerifyError::from(VerifyErrorKind::MissingSignature);
        error.with_headers(&self.shared.settings.signature_headers)
    }

    /// Returns the time of the verifier's clock.
    #[doc(hidden)]
    #[must_use]
    pub fn __now(&self) -> SystemTime {
        self.shared.settings.clock.now()
    }

    #[inline]
    fn judge<'a, H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        body: &'a [u8],
        now: Option<SystemTime>,
    ) -> Result<Verified<P, Cow<'a, [u8]>>, VerifyError> {
        let keys = self.keys()?;
        Verification::judge(&self.shared.settings, &keys, headers, body, now)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.shared.settings
    }

    pub(crate) fn keys(&self) -> Result<Guard<Arc<Keys>>, VerifyError> {
        match &self.shared.keys {
            KeySource::Own(keys) => Ok(keys.load()),
            KeySource::PerTenant(_) => Err(VerifyErrorKind::SecretsNotLookedUp.into()),
        }
    }
}

impl<P> Clone for Verifier<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), provider: PhantomData }
    }
}

impl<P: Provider> fmt::Debug for Verifier<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("provider", &P::NAME)
            .field("endpoint", &self.get_endpoint())
            .field("body_limit", &self.get_body_limit())
            .field("body_deadline", &self.get_body_deadline())
            .finish_non_exhaustive()
    }
}
