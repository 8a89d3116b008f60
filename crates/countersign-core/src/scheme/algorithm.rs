//! Signature algorithms.

/// The algorithm of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC (RFC 2104) over SHA-256.
    HmacSha256,
    /// HMAC over SHA-1.
    HmacSha1,
    /// Ed25519 (RFC 8032).
    #[cfg(feature = "ed25519")]
    Ed25519 {
        /// The prefix of a private key's base64.
        private: &'static str,
    },
}

impl Algorithm {
    /// Returns the length of a signature in bytes.
    pub(crate) const fn tag_length(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha1 => 20,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 { .. } => 64,
        }
    }
}
