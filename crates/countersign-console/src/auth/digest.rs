//! Credentials, as they are kept and compared.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// The SHA-256 of credentials. All digests have one length, so a comparison shows nothing about the
/// length of the credentials.
#[derive(Clone)]
pub(super) struct Digest([u8; 32]);

impl Digest {
    pub(super) fn of(credentials: &[u8]) -> Self {
        Self(Sha256::digest(credentials).into())
    }

    /// Compares in constant time.
    pub(super) fn matches(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}
