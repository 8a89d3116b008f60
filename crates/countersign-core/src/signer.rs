//! The other side: the headers a provider would send.

mod signed_headers;
mod signing;
mod signing_key;

use std::{fmt, marker::PhantomData, time::SystemTime};

use crate::{ConfigError, Provider, Secret, Verifier, scheme::is_field_name};

pub use signed_headers::SignedHeaders;
pub use signing::Signing;
use signing_key::SigningKey;

/// Signs as the provider `P` does: for tests, and for services that send webhooks.
///
/// It is made from a [`Secret`]; a verifier has no way to sign.
///
/// # Examples
///
/// ```
/// use countersign_core::{Secret, Signer, providers::GitHub};
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
/// # Ok::<_, countersign_core::ConfigError>(())
/// ```
pub struct Signer<P> {
    key: SigningKey,
    header: Option<Box<str>>,
    url: Option<Box<str>>,
    provider: PhantomData<fn() -> P>,
}

impl<P: Provider> Signer<P> {
    /// Signs with this secret.
    ///
    /// # Errors
    ///
    /// If the secret does not have the form that the scheme asks for.
    #[expect(clippy::needless_pass_by_value, reason = "as `Verifier::new`; the secret is wiped")]
    pub fn new(secret: Secret) -> Result<Self, ConfigError> {
        let key = SigningKey::new(&secret, &Verifier::<P>::SCHEME)?;
        Ok(Self { key, header: None, url: None, provider: PhantomData })
    }

    /// Puts the signature into this header instead of the scheme's first, and the id and the time
    /// into the headers that go with it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::HeaderName`] if it is not a field name.
    pub fn header(self, name: &str) -> Result<Self, ConfigError> {
        if !is_field_name(name) {
            return Err(ConfigError::HeaderName { name: name.to_owned() });
        }
        Ok(Self { header: Some(name.into()), ..self })
    }

    /// Sets the URL that is delivered to, for schemes that sign it.
    #[must_use]
    pub fn url(self, url: &str) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Signs at this time, for schemes that sign it. Default: the current time.
    pub fn at(&self, time: SystemTime) -> Signing<'_, P> {
        Signing::from(self).at(time)
    }

    /// Signs a delivery with this id, for schemes that sign it.
    pub fn id<'a>(&'a self, id: &'a str) -> Signing<'a, P> {
        Signing::from(self).id(id)
    }

    /// Signs a body, at the current time if the scheme signs the time.
    ///
    /// # Errors
    ///
    /// [`ConfigError::MissingPart`] if the scheme signs an id or a URL that was not given.
    pub fn sign(&self, body: &[u8]) -> Result<SignedHeaders, ConfigError> {
        Signing::from(self).sign(body)
    }
}

impl<P: Provider> fmt::Debug for Signer<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("provider", &P::NAME).finish_non_exhaustive()
    }
}
