//! Makes the headers that a provider would send.

mod signed_headers;
mod signing;
mod signing_key;

use std::{fmt, marker::PhantomData, time::SystemTime};

use crate::{
    ConfigError, Provider, Secret, Verifier, error::SignError, scheme::is_field_name,
    signed_url::SignedUrl,
};

pub use signed_headers::SignedHeaders;
pub use signing::Signing;
pub(crate) use signing::Unsigned;
pub(crate) use signing_key::SigningKey;

/// Signs as the provider `P` does, for tests and for services that send webhooks.
///
/// A signer is made from a [`Secret`]. A verifier cannot sign.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, Signer, providers::GitHub};
///
/// let signer = Signer::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
/// let headers = signer.sign(b"Hello, World!")?;
/// assert_eq!(
///     headers.iter().collect::<Vec<_>>(),
///     [(
///         "X-Hub-Signature-256",
///         "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
///     )],
/// );
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Signer<P> {
    key: SigningKey,
    header: Option<Box<str>>,
    /// Empty if the scheme does not sign the URL.
    url: SignedUrl,
    provider: PhantomData<fn() -> P>,
}

/// # Construction
impl<P: Provider> Signer<P> {
    /// Makes a signer with this secret.
    ///
    /// A scheme that signs the URL needs [`with_url`](Self::with_url). For such a scheme, `new`
    /// does not compile.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if the secret does not have the form that the scheme requires.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let signer = Signer::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    /// let headers = signer.sign(b"{}")?;
    ///
    /// let verifier = Verifier::<GitHub>::new(Secret::new("It's a Secret to Everybody")?)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Square signs the URL, so this does not build. The error says "the scheme signs the URL: use
    /// `Signer::with_url`". `cargo check` does not report it.
    ///
    /// ```compile_fail,E0080
    /// use countersign::{Secret, Signer, providers::Square};
    ///
    /// let signer = Signer::<Square>::new(Secret::new("asdf1234")?)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as `Verifier::new`; the secret is wiped")]
    pub fn new(secret: Secret) -> Result<Self, ConfigError> {
        const {
            let signs_url = Verifier::<P>::SCHEME.__signs_url();
            assert!(!signs_url, "the scheme signs the URL: use `Signer::with_url`");
        }
        Self::with_secret(&secret, SignedUrl::default())
    }

    /// Makes a signer with this secret and this URL, for schemes that sign the URL. For other
    /// schemes, `with_url` does not compile.
    ///
    /// # Errors
    ///
    /// The errors of [`new`](Self::new), and [`ConfigError::MalformedUrl`] if the URL is empty or
    /// contains white space.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::Square};
    ///
    /// let (secret, url) = (Secret::new("asdf1234")?, "https://example.com/webhook");
    /// let headers = Signer::<Square>::with_url(secret.clone(), url)?.sign(b"{}")?;
    ///
    /// let verifier = Verifier::<Square>::with_url(secret, url)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// GitHub does not sign the URL, so this does not build. The error says "the scheme does not
    /// sign the URL: use `Signer::new`".
    ///
    /// ```compile_fail,E0080
    /// use countersign::{Secret, Signer, providers::GitHub};
    ///
    /// let (secret, url) = (Secret::new("asdf1234")?, "https://example.com/webhook");
    /// let signer = Signer::<GitHub>::with_url(secret, url)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    #[expect(clippy::needless_pass_by_value, reason = "as `Verifier::new`; the secret is wiped")]
    pub fn with_url(secret: Secret, url: &str) -> Result<Self, ConfigError> {
        const {
            let signs_url = Verifier::<P>::SCHEME.__signs_url();
            assert!(signs_url, "the scheme does not sign the URL: use `Signer::new`");
        }
        Self::with_secret(&secret, SignedUrl::new(url)?)
    }
}

/// # Settings
impl<P: Provider> Signer<P> {
    /// Puts the signature into this header instead of the scheme's first one, and the id and the
    /// time into the headers that go with it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if the name is not a field name of HTTP.
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        Ok(Self { header: Some(name.into()), ..self })
    }
}

/// # Signing
impl<P: Provider> Signer<P> {
    /// Signs at this time, for schemes that sign a time. Default: the current time.
    pub fn at(&self, time: SystemTime) -> Signing<'_, P> {
        Signing::from(self).at(time)
    }

    /// Signs a delivery with this id, for schemes that sign an id.
    pub fn id<'a>(&'a self, id: &'a str) -> Signing<'a, P> {
        Signing::from(self).id(id)
    }

    /// Signs a body, at the current time if the scheme signs the time.
    ///
    /// A scheme that signs an id needs [`id`](Self::id) first. For such a scheme, `sign` does not
    /// compile. Code that is generic over the provider can use [`Signing`], which returns an error
    /// instead.
    ///
    /// # Errors
    ///
    /// [`SignError::TimeBeforeEpoch`] if the scheme signs the time, and the system's clock shows a
    /// time before 1970.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::StandardWebhooks};
    ///
    /// let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
    /// let signer = Signer::<StandardWebhooks>::new(secret.clone())?;
    /// let headers = signer.id("msg_1").sign(b"{}")?;
    ///
    /// let verifier = Verifier::<StandardWebhooks>::new(secret)?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Standard Webhooks signs an id, so this does not build. The error says "the scheme signs an
    /// id: use `Signer::id` before `sign`".
    ///
    /// ```compile_fail,E0080
    /// use countersign::{Secret, Signer, providers::StandardWebhooks};
    ///
    /// let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
    /// let headers = Signer::<StandardWebhooks>::new(secret)?.sign(b"{}")?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign(&self, body: &[u8]) -> Result<SignedHeaders, SignError> {
        const {
            let signs_id = !Verifier::<P>::SCHEME.id_headers.is_empty();
            assert!(!signs_id, "the scheme signs an id: use `Signer::id` before `sign`");
        }
        Signing::from(self).sign(body)
    }
}

impl<P: Provider> Signer<P> {
    fn with_secret(secret: &Secret, url: SignedUrl) -> Result<Self, ConfigError> {
        let key = SigningKey::new(secret, &Verifier::<P>::SCHEME)?;
        Ok(Self { key, header: None, url, provider: PhantomData })
    }
}

impl<P: Provider> fmt::Debug for Signer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("provider", &P::NAME).finish_non_exhaustive()
    }
}
