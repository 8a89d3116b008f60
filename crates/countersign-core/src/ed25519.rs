//! Ed25519 (RFC 8032): the only file that names `ed25519_dalek`.

use ed25519_dalek::{SECRET_KEY_LENGTH, Signature, Signer, SigningKey, VerifyingKey};

use crate::{
    ConfigError,
    signature::{Tag, Tags},
};

/// The provider's public key.
pub(crate) struct PublicKey(VerifyingKey);

impl PublicKey {
    pub(crate) fn new(bytes: &[u8]) -> Result<Self, ConfigError> {
        VerifyingKey::try_from(bytes)
            .ok()
            // Under a weak key one signature fits many bodies.
            .filter(|key| !key.is_weak())
            .map(Self)
            .ok_or(ConfigError::NotAPublicKey)
    }

    /// Whether any of these tags is one over all of this. Nothing here is secret.
    pub(crate) fn matches(&self, text: &[u8], tags: &Tags) -> bool {
        tags.iter().any(|Tag(tag)| self.0.verify_strict(text, &Signature::from_bytes(tag)).is_ok())
    }
}

/// The provider's private key.
pub(crate) struct PrivateKey(SigningKey);

impl PrivateKey {
    /// Takes the 32 bytes of RFC 8032, or 64 with the public key appended.
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
