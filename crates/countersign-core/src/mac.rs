//! HMAC-SHA256 (RFC 2104, FIPS 180-4): the only file that names `hmac`, `sha2` and `subtle`.

use hmac::{Hmac, KeyInit, Mac as _};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::signature::Tag;

/// A key, scheduled once: cloning it for a delivery saves two of the compressions.
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    #[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
    pub(crate) fn new(bytes: &[u8]) -> Self {
        Self(Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"))
    }

    pub(crate) fn start(&self) -> Mac {
        Mac(self.0.clone())
    }
}

/// A MAC under way.
pub(crate) struct Mac(Hmac<Sha256>);

impl Mac {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn tag(self) -> Tag {
        self.0.finalize().into_bytes().into()
    }

    /// Whether any of these tags is the one over what came in, in a time that does not depend on
    /// which, nor on how much of it is right.
    pub(crate) fn matches<'a>(self, candidates: impl Iterator<Item = &'a Tag>) -> bool {
        let expected = self.tag();
        candidates.fold(Choice::from(0), |any, candidate| any | equal(&expected, candidate)).into()
    }
}

/// Compares as four words: a choice for each of 32 bytes costs more than the lookup of the header.
fn equal(a: &Tag, b: &Tag) -> Choice {
    let (a, _) = a.as_chunks::<8>();
    let (b, _) = b.as_chunks::<8>();
    let difference = a
        .iter()
        .zip(b)
        .fold(0, |all, (a, b)| all | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)));
    difference.ct_eq(&0)
}

/// Returns the SHA-256 of a body, for logs: it identifies the delivery without telling it.
///
/// # Examples
///
/// ```
/// let digest = countersign_core::body_digest(b"");
/// assert_eq!(digest[..4], [0xe3, 0xb0, 0xc4, 0x42]);
/// ```
#[must_use]
pub fn body_digest(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_every_byte_of_every_candidate() {
        let mac = || Key::new(b"key").start();
        let tag = mac().tag();
        assert!(mac().matches([tag].iter()));
        assert!(mac().matches([[0; 32], tag].iter()));
        assert!(mac().matches([tag, [0; 32]].iter()));
        assert!(!mac().matches([].iter()));
        for index in 0..32 {
            let mut other = tag;
            other[index] ^= 1;
            assert!(!mac().matches([other].iter()), "byte {index}");
        }
    }
}
