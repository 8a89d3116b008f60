//! Attempts to match a signature with other texts and keys, for the crate `countersign-explain`.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{
    ConfigError, Provider, Scheme, Secret, Verifier,
    key::Keys,
    mac::HmacKey,
    scheme::{Algorithm, BodyForm},
    signature::{TAG_ROOM, Tag, Tags},
    verification::head::joined_preamble,
    verifier::Settings,
};

/// A key that is tried. It cannot be printed, and it makes no signature.
pub struct TrialKey(Kind);

enum Kind {
    Hmac(Box<HmacKey>),
    #[cfg(feature = "ed25519")]
    Ed25519(crate::ed25519::PublicKey),
    /// A key of a verifier.
    Shared(std::sync::Arc<Keys>, usize),
}

impl TrialKey {
    /// Makes a key from its bytes. Returns `None` if the algorithm does not take them.
    #[must_use]
    pub fn new(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        Some(Self(match algorithm {
            Algorithm::HmacSha256 => Kind::Hmac(Box::new(HmacKey::sha256(bytes))),
            Algorithm::HmacSha1 => Kind::Hmac(Box::new(HmacKey::sha1(bytes))),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 { .. } => {
                Kind::Ed25519(crate::ed25519::PublicKey::new(bytes, 1).ok()?)
            }
        }))
    }

    /// Returns whether one of the candidates is the signature over the preamble and the body.
    #[must_use]
    pub fn matches(&self, preamble: &[u8], body: &[u8], candidates: &Candidates) -> bool {
        let Some(tags) = &candidates.0 else { return false };
        let preamble = joined_preamble(preamble);
        match &self.0 {
            Kind::Hmac(key) => key.matches(preamble, body, tags),
            #[cfg(feature = "ed25519")]
            Kind::Ed25519(key) => {
                let text: Vec<_> = preamble.flatten().chain(body).copied().collect();
                key.matches(&text, tags)
            }
            Kind::Shared(keys, index) => {
                keys.iter().nth(*index).is_some_and(|key| key.matches(preamble, body, tags))
            }
        }
    }
}

/// The signatures that a delivery may have.
pub struct Candidates(Option<Tags>);

impl Candidates {
    /// Takes signatures of any length. Those that no algorithm makes are left out.
    #[must_use]
    pub fn new<'a>(signatures: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut tags = signatures.into_iter().filter(|tag| tag.len() <= TAG_ROOM).map(|bytes| {
            let mut tag = [0; TAG_ROOM];
            tag[..bytes.len()].copy_from_slice(bytes);
            Tag(tag)
        });
        Self(tags.next().map(|first| Tags { first, others: tags.collect() }))
    }
}

/// Returns the signatures of a header's value, decoded as the scheme wants it.
#[must_use]
pub fn signatures(scheme: &Scheme, value: &[u8]) -> Vec<Vec<u8>> {
    let tags = Tags::read(scheme, value);
    let bytes = |tag: &Tag| tag.bytes(scheme).to_vec();
    tags.iter()
        .flat_map(|tags| std::iter::once(&tags.first).chain(&tags.others))
        .map(bytes)
        .collect()
}

/// Returns the keys that the scheme makes from a secret.
///
/// # Errors
///
/// [`ConfigError`] if the secret does not have the form that the scheme requires.
pub fn keys(
    secret: &Secret,
    scheme: &Scheme,
) -> Result<Vec<zeroize::Zeroizing<Vec<u8>>>, ConfigError> {
    secret.keys(scheme.secret_encoding).collect()
}

/// The parts of a verifier that a trial needs.
pub struct TrialSettings {
    /// The keys, the current one first.
    pub keys: Vec<TrialKey>,
    /// The header of the signature, if it was set.
    pub header: Option<String>,
    /// The URL that is signed. Empty if there is none.
    pub url: String,
    /// The tolerance, or `None` if it is not bounded.
    pub tolerance: Option<Duration>,
    /// The body forms that are accepted.
    pub forms: std::sync::Arc<[BodyForm]>,
    /// The present time of the verifier's clock.
    pub now: SystemTime,
}

macro_rules! opaque {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    )*};
}

opaque!(TrialKey, Candidates, TrialSettings);

impl<P: Provider> Verifier<P> {
    /// Returns the parts that a trial needs, or `None` if the secrets are looked up per tenant.
    #[must_use]
    #[doc(hidden)]
    pub fn __trial(&self) -> Option<TrialSettings> {
        let keys = self.keys().ok().map(|keys| std::sync::Arc::clone(&keys))?;
        let settings: &Settings = self.settings();
        let count = keys.iter().count();
        Some(TrialSettings {
            keys: (0..count)
                .map(|index| TrialKey(Kind::Shared(std::sync::Arc::clone(&keys), index)))
                .collect(),
            header: settings.custom.header().map(str::to_owned),
            url: String::from_utf8_lossy(settings.url.as_bytes()).into_owned(),
            tolerance: Self::SCHEME.timestamp.and_then(|rule| settings.tolerance.of(rule)),
            forms: std::sync::Arc::clone(&settings.forms),
            now: self.__now(),
        })
    }
}
