//! The key that a signer signs with.

#[cfg(feature = "ed25519")]
use crate::scheme::SecretEncoding;
use crate::{ConfigError, Scheme, Secret, mac::HmacKey, scheme::Algorithm, signature::Tag};

/// The key that an algorithm signs with.
pub(crate) enum SigningKey {
    Hmac(Box<HmacKey>),
    #[cfg(feature = "ed25519")]
    Ed25519(Box<crate::ed25519::PrivateKey>),
}

impl SigningKey {
    pub(crate) fn new(secret: &Secret, scheme: &Scheme) -> Result<Self, ConfigError> {
        Ok(match scheme.algorithm {
            Algorithm::HmacSha256 => {
                Self::Hmac(HmacKey::sha256(&secret.key(scheme.secret_encoding)?).into())
            }
            Algorithm::HmacSha1 => {
                Self::Hmac(HmacKey::sha1(&secret.key(scheme.secret_encoding)?).into())
            }
            #[cfg(feature = "ed25519")]
            Algorithm::Ed25519 { private } => {
                let form = SecretEncoding::Base64 { prefix: private, at_least: 32 };
                Self::Ed25519(Box::new(crate::ed25519::PrivateKey::new(&secret.key(form)?)?))
            }
        })
    }

    pub(crate) fn tag(&self, text: &[u8]) -> Tag {
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
