//! Makes verifiers with secrets of their own.

use std::{marker::PhantomData, sync::Arc};

use arc_swap::ArcSwap;

use super::{KeySource, Settings, Shared, Verifier};
use crate::{ConfigError, Provider, Secrets, key::Keys, signed_url::SignedUrl};

/// # Construction
impl<P: Provider> Verifier<P> {
    /// Makes a verifier that accepts deliveries that are signed with any of these secrets.
    ///
    /// A scheme that signs the URL needs [`with_url`](Self::with_url). For such a scheme, `new`
    /// does not compile.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if a secret does not have the form that the provider's scheme requires, or
    /// if there are more than four secrets. Secrets that are [joined](crate::Secret) in one text
    /// count separately.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Signer, Verifier, providers::GitHub};
    ///
    /// let secret = Secret::new("It's a Secret to Everybody")?;
    /// let verifier = Verifier::<GitHub>::new(secret.clone())?;
    ///
    /// let headers = Signer::<GitHub>::new(secret)?.sign(b"{}")?;
    /// assert!(verifier.verify(&headers, b"{}").is_ok());
    /// assert!(verifier.verify(&headers, b"[]").is_err());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// Square signs the URL, so this example does not build. The error says "the scheme signs the
    /// URL: use `Verifier::with_url`". `cargo check` does not report it.
    ///
    /// ```compile_fail,E0080
    /// use countersign::{Secret, Verifier, providers::Square};
    ///
    /// let verifier = Verifier::<Square>::new(Secret::new("asdf1234")?)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    pub fn new(secrets: impl Into<Secrets>) -> Result<Self, ConfigError> {
        const {
            let signs_url = Self::SCHEME.__signs_url();
            assert!(!signs_url, "the scheme signs the URL: use `Verifier::with_url`");
        }
        Self::with_secrets(&secrets.into(), SignedUrl::default())
    }

    /// Makes a verifier that accepts deliveries that are signed with any of these secrets and this
    /// URL, for schemes that sign the URL. For other schemes, `with_url` does not compile.
    ///
    /// The URL has to be exactly the text that you gave the provider. The signature does not match
    /// if the text differs, for example by a slash at its end, another host, or `http` instead of
    /// `https`.
    ///
    /// # Errors
    ///
    /// The errors of [`new`](Self::new), and [`ConfigError::MalformedUrl`] if the URL is empty or
    /// contains white space.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{Secret, Verifier, error::VerifyErrorKind, providers::Square};
    ///
    /// let (secret, url) = (Secret::new("asdf1234")?, "https://example.com/webhook");
    /// let verifier = Verifier::<Square>::with_url(secret.clone(), url)?;
    ///
    /// let signature = "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=";
    /// let headers = [("X-Square-HmacSha256-Signature", signature)];
    /// let body = r#"{"hello":"world"}"#;
    /// assert!(verifier.verify(&headers, body).is_ok());
    ///
    /// let other = Verifier::<Square>::with_url(secret, "https://example.com/other")?;
    /// let forged = other.verify(&headers, body).unwrap_err();
    /// assert_eq!(forged.kind(), VerifyErrorKind::Mismatch);
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    ///
    /// GitHub does not sign the URL, so this example does not build. The error says "the scheme
    /// does not sign the URL: use `Verifier::new`".
    ///
    /// ```compile_fail,E0080
    /// use countersign::{Secret, Verifier, providers::GitHub};
    ///
    /// let (secret, url) = (Secret::new("asdf1234")?, "https://example.com/webhook");
    /// let verifier = Verifier::<GitHub>::with_url(secret, url)?;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    pub fn with_url(secrets: impl Into<Secrets>, url: &str) -> Result<Self, ConfigError> {
        const {
            let signs_url = Self::SCHEME.__signs_url();
            assert!(signs_url, "the scheme does not sign the URL: use `Verifier::new`");
        }
        Self::with_secrets(&secrets.into(), SignedUrl::new(url)?)
    }
}

impl<P: Provider> Verifier<P> {
    fn with_secrets(secrets: &Secrets, url: SignedUrl) -> Result<Self, ConfigError> {
        let keys = Keys::new(secrets, &Self::SCHEME)?;
        Ok(Self::with_keys(KeySource::Own(Arc::new(ArcSwap::from_pointee(keys))), url))
    }

    pub(super) fn with_keys(keys: KeySource, url: SignedUrl) -> Self {
        const { P::EVENT.checked() };
        let settings = Settings::new(&Self::SCHEME, url);
        Self { shared: Arc::new(Shared { settings, keys }), provider: PhantomData }
    }
}
