//! Ed25519 (RFC 8032): the only file that names `ed25519_dalek`.

use std::iter;

use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer, SigningKey, VerifyingKey};

use crate::{
    ConfigError,
    signature::{Tag, Tags},
};

/// One of the provider's public keys, and the number of signatures that are tried with it.
pub(crate) struct PublicKey {
    key: VerifyingKey,
    signatures: usize,
}

impl PublicKey {
    /// Makes a public key for a verifier that has `keys` public keys. With more keys, fewer
    /// signatures are tried with each key.
    pub(crate) fn new(bytes: &[u8], keys: usize) -> Result<Self, ConfigError> {
        VerifyingKey::try_from(bytes)
            .ok()
            // With a weak key, one signature matches many bodies.
            .filter(|key| !key.is_weak())
            .map(|key| Self { key, signatures: MAX_PAIRS / keys.max(1) })
            .ok_or(ConfigError::NotAPublicKey)
    }

    /// Returns the stand-in key for tenants that do not exist: the key of RFC 8032, section 7.1,
    /// test 1. A check with it takes as long as a check with a provider's key.
    #[cfg(feature = "tenants")]
    pub(crate) fn of_nobody() -> Self {
        let key = VerifyingKey::from_bytes(&OF_NOBODY).unwrap_or_default();
        Self { key, signatures: MAX_PAIRS }
    }

    /// Returns whether one of the first `signatures` tags matches the text. The comparison does not
    /// need constant time, because nothing in it is secret.
    pub(crate) fn matches(&self, text: &[u8], Tags { first, others }: &Tags) -> bool {
        iter::once(first)
            .chain(others)
            .take(self.signatures)
            .any(|Tag(tag)| self.key.verify_strict(text, &Signature::from_bytes(tag)).is_ok())
    }
}

/// The provider's private key.
pub(crate) struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Reads the 32 bytes of RFC 8032, or 64 with the public key appended.
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, ConfigError> {
        let key = match bytes.len() {
            SECRET_KEY_LENGTH => SigningKey::try_from(bytes).ok(),
            _ => bytes
                .try_into()
                .ok()
                .and_then(|pair: &[u8; 64]| SigningKey::from_keypair_bytes(pair).ok()),
        };
        key.map(Self).ok_or(ConfigError::NotAPrivateKey)
    }

    pub(crate) fn tag(&self, text: &[u8]) -> Tag {
        Tag(self.0.sign(text).to_bytes())
    }
}

/// Greatest number of pairs of a signature and a key that are tried for one text. Each pair hashes
/// the whole text again, because the hash begins with the signature's first half and the key. A
/// provider that rotates its key sends two signatures. A verifier holds at most four keys, and
/// tries both signatures with each.
const MAX_PAIRS: usize = 8;

#[cfg(feature = "tenants")]
const OF_NOBODY: [u8; 32] = [
    0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07, 0x3a,
    0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07, 0x51, 0x1a,
];
