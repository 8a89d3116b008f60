//! The one thing that decides.

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

/// Decides whether a delivery was signed by the provider `P` with a secret you hold.
///
/// It holds everything there is to decide with: the provider's scheme, the secrets, the clock, the
/// limits, and the answer to who is refused. Every surface takes its verdict, so all of them
/// behave alike. Clones are cheap and share the secrets.
///
/// # Security
///
/// - The signature's header must be there, once, and well formed, before a byte of the body is
///   looked at.
/// - Tags are compared at full length and in constant time.
/// - The body is never parsed before it is verified.
///
/// # Examples
///
/// ```
/// use countersign_core::{Secret, Verifier, error::VerifyErrorKind, providers::XWebhookSignature};
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
#[doc(alias = "hmac")]
#[doc(alias = "signature verification")]
pub struct Verifier<P> {
    shared: Arc<Shared>,
    provider: PhantomData<fn() -> P>,
}

/// All that clones have in common.
#[derive(Clone)]
struct Shared {
    settings: Settings,
    keys: KeySource,
}

/// Where the keys come from.
#[derive(Clone)]
enum KeySource {
    Own(Arc<ArcSwap<Keys>>),
    #[cfg_attr(
        not(feature = "tenants"),
        expect(dead_code, reason = "made by a feature; told apart without it")
    )]
    PerTenant(Arc<dyn Directory>),
}

impl<P: Provider> Verifier<P> {
    /// The provider's scheme, checked while the program is compiled.
    pub(crate) const SCHEME: Scheme = P::SCHEME.checked();

    /// Replaces the secrets of this verifier and of all its clones, while deliveries come in. Each
    /// delivery is judged by the secrets in force at its [`begin`](Self::begin).
    ///
    /// # Security
    ///
    /// Once this has returned, no delivery that begins later is judged by the former secrets. A
    /// delivery whose body is still arriving is judged by the secrets that were set when it began.
    ///
    /// # Errors
    ///
    /// As [`Verifier::new`]; the former secrets then stay in force.
    /// [`ConfigError::SecretsPerTenant`] if the verifier has none of its own.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Secrets, Signer, Verifier, providers::GitHub};
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

    /// Verifies a delivery that is already in memory.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] tells why it is refused. Tell the sender nothing but the one answer.
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

    /// Verifies a delivery that was received earlier, such as one out of a queue: signed times are
    /// judged as of then, and not as of now.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    ///
    /// # Security
    ///
    /// `received_at` must be your own note of the time, kept where the sender cannot reach it:
    /// never a header, nor anything in the body.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use countersign_core::{Secret, Signer, Verifier, providers::Stripe};
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

    /// Begins to verify a delivery whose body is still coming in.
    ///
    /// `declared_length` is what the sender says of the body's length in bytes, if anything.
    ///
    /// # Errors
    ///
    /// Everything that can be refused before the first byte of the body: a signature that is
    /// missing, repeated or malformed, a timestamp out of tolerance, a declared length over the
    /// limit, in this order.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Verifier, providers::XWebhookSignature};
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

    /// Whether a header that this verifier looks for a signature in is there, with whatever value:
    /// for endpoints that several providers deliver to, to choose whose verifier decides.
    ///
    /// # Security
    ///
    /// This is no verdict: anybody can send a header. If a request has the headers of
    /// several of your verifiers, refuse it instead of choosing.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::{Secret, Verifier, providers::{GitHub, XWebhookSignature}};
    ///
    /// let github = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    /// let in_house = Verifier::<XWebhookSignature>::new(Secret::new("whsec_abc123")?)?;
    ///
    /// let headers = [("X-Webhook-Signature", "anything")];
    /// assert!(in_house.has_signature_header(&headers));
    /// assert!(!github.has_signature_header(&headers));
    /// assert!(github.header("X-Webhook-Signature")?.has_signature_header(&headers));
    /// # Ok::<_, countersign_core::ConfigError>(())
    /// ```
    #[must_use]
    pub fn has_signature_header<H: HeaderSource + ?Sized>(&self, headers: &H) -> bool {
        let names = &self.shared.settings.signature_headers;
        names.iter().any(|name| headers.values_by_key(name).next().is_some())
    }

    /// Returns the error for a delivery without any header of a signature.
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

    fn keys(&self) -> Result<Guard<Arc<Keys>>, VerifyError> {
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
