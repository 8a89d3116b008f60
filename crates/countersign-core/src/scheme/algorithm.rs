//! Signature algorithms.

/// The algorithm of the signature.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Algorithm {
    HmacSha256,
    HmacSha1,
    #[cfg(feature = "ed25519")]
    Ed25519 {
        private: &'static str,
    },
}

impl Algorithm {
    /// Returns the length of a tag in bytes.
    pub(crate) const fn tag_length(self) -> usize {
        match self {
            Self::HmacSha256 => 32,
            Self::HmacSha1 => 20,
            #[cfg(feature = "ed25519")]
            Self::Ed25519 { .. } => 64,
        }
    }
}
