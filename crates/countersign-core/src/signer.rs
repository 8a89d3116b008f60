//! The other side: the headers a provider would send.

use std::{
    fmt,
    marker::PhantomData,
    time::{SystemTime, UNIX_EPOCH},
};

#[cfg(feature = "ed25519")]
use crate::scheme::SecretEncoding;
use crate::{
    ConfigError, HeaderSource, Provider, Scheme, Secret, Verifier,
    mac::HmacKey,
    scheme::{Algorithm, Part, TimestampUnit, is_field_name},
    signature::{self, Tag},
};

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

/// A signature being made: what else is signed besides the body.
#[derive(Debug)]
#[must_use]
pub struct Signing<'a, P: Provider> {
    signer: &'a Signer<P>,
    time: Option<SystemTime>,
    id: Option<&'a str>,
}

/// Signs the body, and the current time if the scheme signs the time.
impl<'a, P: Provider> From<&'a Signer<P>> for Signing<'a, P> {
    fn from(signer: &'a Signer<P>) -> Self {
        Self { signer, time: None, id: None }
    }
}

impl<'a, P: Provider> Signing<'a, P> {
    /// Signs at this time. Default: the current time.
    pub fn at(self, time: SystemTime) -> Self {
        Self { time: Some(time), ..self }
    }

    /// Signs a delivery with this id.
    pub fn id(self, id: &'a str) -> Self {
        Self { id: Some(id), ..self }
    }

    /// Signs a body. What the scheme does not sign is left out of the headers.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] if something that the scheme signs was not given, or cannot be expressed.
    pub fn sign(self, body: &[u8]) -> Result<SignedHeaders, ConfigError> {
        let scheme = &Verifier::<P>::SCHEME;
        let timestamp = match (scheme.timestamp, self.time) {
            (Some(rule), time) => Some(digits(rule.unit, time.unwrap_or_else(SystemTime::now))?),
            (None, _) => None,
        };

        let mut text = Vec::with_capacity(body.len());
        for part in scheme.signed {
            text.extend_from_slice(match part {
                Part::Literal(text) => text.as_bytes(),
                Part::Timestamp => given(timestamp.as_deref(), "time")?.as_bytes(),
                Part::Id => signed_id(scheme, given(self.id, "id")?)?.as_bytes(),
                Part::Url => given(self.signer.url.as_deref(), "url")?.as_bytes(),
                Part::Body => body,
            });
        }

        let name = self.signer.header.as_deref().unwrap_or(scheme.headers[0]);
        let value = signature::write(scheme, &self.signer.key.tag(&text), timestamp.as_deref());
        let mut headers = vec![(name.to_owned(), value)];
        let (id_header, timestamp_header) = scheme.companions(name);
        if let (Some(name), Some(id)) = (id_header, self.id) {
            headers.push((name.to_owned(), id.to_owned()));
        }
        if let (Some(name), Some(timestamp)) = (timestamp_header, timestamp) {
            headers.push((name.to_owned(), timestamp));
        }
        Ok(SignedHeaders(headers))
    }
}

/// The header fields that a provider would send with a body, the signature first.
///
/// They can be verified as they are ([`HeaderSource`]). `Debug` shows the names alone: a signature
/// is as good as the delivery it belongs to.
#[derive(Clone)]
pub struct SignedHeaders(Vec<(String, String)>);

impl SignedHeaders {
    /// The names and values, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }
}

impl IntoIterator for SignedHeaders {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl HeaderSource for SignedHeaders {
    fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.values(name)
    }
}

impl fmt::Debug for SignedHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

/// What a scheme's algorithm signs with.
enum SigningKey {
    Hmac(HmacKey),
    #[cfg(feature = "ed25519")]
    Ed25519(Box<crate::ed25519::PrivateKey>),
}

impl SigningKey {
    fn new(secret: &Secret, scheme: &Scheme) -> Result<Self, ConfigError> {
        Ok(match scheme.algorithm {
            Algorithm::HmacSha256 => {
                Self::Hmac(HmacKey::sha256(&secret.key(scheme.secret_encoding)?))
            }
            Algorithm::HmacSha1 => Self::Hmac(HmacKey::sha1(&secret.key(scheme.secret_encoding)?)),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 { private } => {
                let form = SecretEncoding::Base64 { prefix: private, at_least: 32 };
                Self::Ed25519(Box::new(crate::ed25519::PrivateKey::new(&secret.key(form)?)?))
            }
        })
    }

    fn tag(&self, text: &[u8]) -> Tag {
        match self {
            Self::Hmac(key) => {
                let mut mac = key.start();
                mac.update(text);
                mac.tag()
            }
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => key.tag(text),
        }
    }
}

fn given<'a>(part: Option<&'a str>, name: &'static str) -> Result<&'a str, ConfigError> {
    part.ok_or(ConfigError::MissingPart { part: name })
}

/// Checks that a receiver reads the same id that was signed: the id has no characters that HTTP
/// strips or rejects, and none that ends the id in the signed text.
fn signed_id<'a>(scheme: &Scheme, id: &'a str) -> Result<&'a str, ConfigError> {
    let is_text = !id.is_empty() && id.trim() == id && !id.contains(char::is_control);
    if !is_text {
        return Err(ConfigError::IdNotHeaderText);
    }
    match scheme.separator_within(id) {
        Some(separator) => Err(ConfigError::IdHoldsSeparator { separator }),
        None => Ok(id),
    }
}

fn digits(unit: TimestampUnit, time: SystemTime) -> Result<String, ConfigError> {
    let since_epoch = time.duration_since(UNIX_EPOCH).map_err(|_| ConfigError::TimeBeforeEpoch)?;
    Ok(match unit {
        TimestampUnit::Seconds => since_epoch.as_secs().to_string(),
        TimestampUnit::Milliseconds => since_epoch.as_millis().to_string(),
    })
}
