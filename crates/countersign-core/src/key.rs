//! The keys that are made from secrets.

use crate::{
    ConfigError, Scheme, Secrets,
    key_set::KeySet,
    mac::{HmacKey, Mac},
    scheme::Algorithm,
    signature::Tags,
};

/// The keys of one set of secrets.
pub(crate) struct Keys {
    pub(crate) current: Key,
    pub(crate) retired: Box<[Key]>,
    /// True for the stand-in keys of a tenant that does not exist: a delivery is rejected even if
    /// it matches them.
    pub(crate) are_nobodys: bool,
    pub(crate) set: KeySet,
}

impl Keys {
    pub(crate) fn new(secrets: &Secrets, scheme: &Scheme) -> Result<Self, ConfigError> {
        let all = secrets.keys(scheme.secret_encoding)?;
        let mut keys = all.iter().map(|bytes| Key::new(bytes, scheme, all.len()));
        Ok(Self {
            current: keys.next().unwrap_or(Err(ConfigError::EmptySecret))?,
            retired: keys.collect::<Result<_, ConfigError>>()?,
            are_nobodys: false,
            set: KeySet::new(all.iter().map(|bytes| &***bytes)),
        })
    }

    /// Returns the stand-in keys for tenants that do not exist. A check with them takes as long as
    /// a check with the keys of a tenant with one secret.
    #[cfg(feature = "tenants")]
    pub(crate) fn of_nobody(scheme: &Scheme) -> Self {
        let current = match scheme.algorithm {
            Algorithm::HmacSha256 => Key::Hmac(HmacKey::sha256(b"nobody")),
            Algorithm::HmacSha1 => Key::Hmac(HmacKey::sha1(b"nobody")),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 { .. } => Key::Ed25519(crate::ed25519::PublicKey::of_nobody()),
        };
        let set = KeySet::default();
        Self { current, retired: Box::default(), are_nobodys: true, set }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.retired)
    }
}

/// A key for the algorithm of a scheme.
pub(crate) enum Key {
    Hmac(HmacKey),
    #[cfg(feature = "ed25519")]
    Ed25519(crate::ed25519::PublicKey),
}

impl Key {
    /// Makes one key of a verifier that has `keys` of them.
    #[cfg_attr(
        not(feature = "ed25519"),
        expect(unused_variables, reason = "a MAC does not depend on the number of keys")
    )]
    fn new(bytes: &[u8], scheme: &Scheme, keys: usize) -> Result<Self, ConfigError> {
        Ok(match scheme.algorithm {
            Algorithm::HmacSha256 => Self::Hmac(HmacKey::sha256(bytes)),
            Algorithm::HmacSha1 => Self::Hmac(HmacKey::sha1(bytes)),
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 { .. } => {
                Self::Ed25519(crate::ed25519::PublicKey::new(bytes, keys)?)
            }
        })
    }

    /// Starts a MAC over bytes that arrive later. Returns `None` for Ed25519: its hash begins with
    /// a part of the signature, so each signature needs a hash of its own.
    #[inline]
    pub(crate) fn start(&self) -> Option<Mac> {
        match self {
            Self::Hmac(key) => Some(key.start()),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(_) => None,
        }
    }

    /// Returns whether any of these tags is the tag over the preamble and the body.
    #[inline]
    pub(crate) fn matches<'a>(
        &self,
        preamble: impl Iterator<Item = &'a [u8]>,
        body: &[u8],
        tags: &Tags,
    ) -> bool {
        match self {
            Self::Hmac(key) => key.matches(preamble, body, tags),
            #[cfg(feature = "ed25519")]
            Self::Ed25519(key) => {
                let mut text: Vec<_> = preamble.flatten().copied().collect();
                text.extend_from_slice(body);
                key.matches(&text, tags)
            }
        }
    }
}
