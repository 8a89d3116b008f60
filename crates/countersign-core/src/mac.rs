//! HMAC (RFC 2104) over SHA-256 and SHA-1 (FIPS 180-4): the only file that names `hmac`, `sha1`,
//! `sha2` and `subtle`.

use hmac::{
    Hmac, HmacReset, KeyInit, Mac as _,
    digest::{CtOutput, OutputSizeUser},
};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::signature::{TAG_ROOM, Tag, Tags};

/// A key whose schedule is computed once. A clone of it for each delivery saves two compressions.
///
/// Both types make the same tags. `Hmac` is the faster one if it is made and used up in one
/// function, and `HmacReset` if it is kept: it ends where it is, and is not moved.
pub(crate) enum HmacKey {
    Sha256 { at_once: Hmac<Sha256>, in_chunks: HmacReset<Sha256> },
    Sha1 { at_once: Hmac<Sha1>, in_chunks: HmacReset<Sha1> },
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length (RFC 2104, section 2)")]
impl HmacKey {
    pub(crate) fn sha256(bytes: &[u8]) -> Self {
        Self::Sha256 {
            at_once: Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"),
            in_chunks: HmacReset::new_from_slice(bytes).expect("HMAC takes a key of any length"),
        }
    }

    pub(crate) fn sha1(bytes: &[u8]) -> Self {
        Self::Sha1 {
            at_once: Hmac::new_from_slice(bytes).expect("HMAC takes a key of any length"),
            in_chunks: HmacReset::new_from_slice(bytes).expect("HMAC takes a key of any length"),
        }
    }
}

/// A MAC in progress, which starts as a clone of its key.
pub(crate) enum Mac {
    Sha256(HmacReset<Sha256>),
    Sha1(HmacReset<Sha1>),
}

impl HmacKey {
    #[inline]
    pub(crate) fn start(&self) -> Mac {
        match self {
            Self::Sha256 { in_chunks, .. } => Mac::Sha256(in_chunks.clone()),
            Self::Sha1 { in_chunks, .. } => Mac::Sha1(in_chunks.clone()),
        }
    }

    /// Returns whether any of these tags is the tag over the preamble and the body.
    // This is the only function into which a whole MAC is inlined. If there were two such
    // functions, the compiler would not inline it into either.
    #[inline(never)]
    pub(crate) fn matches<'a>(
        &self,
        preamble: impl Iterator<Item = &'a [u8]>,
        body: &[u8],
        tags: &Tags,
    ) -> bool {
        match self {
            Self::Sha256 { at_once, .. } => {
                is_among(&tag_over(at_once.clone(), preamble, body), tags)
            }
            Self::Sha1 { at_once, .. } => {
                is_among(&tag_over(at_once.clone(), preamble, body), tags)
            }
        }
    }
}

impl Mac {
    #[inline]
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha256(mac) => mac.update(bytes),
            Self::Sha1(mac) => mac.update(bytes),
        }
    }

    /// Returns the tag over the bytes of all updates. The MAC starts again.
    #[inline]
    pub(crate) fn tag(&mut self) -> Tag {
        match self {
            Self::Sha256(mac) => tag(&mac.finalize_reset()),
            Self::Sha1(mac) => tag(&mac.finalize_reset()),
        }
    }

    /// Returns whether any of these tags is the tag over the bytes of all updates. The MAC starts
    /// again.
    pub(crate) fn matches(&mut self, tags: &Tags) -> bool {
        match self {
            Self::Sha256(mac) => is_among(&tag(&mac.finalize_reset()), tags),
            Self::Sha1(mac) => is_among(&tag(&mac.finalize_reset()), tags),
        }
    }
}

#[inline]
fn tag_over<'a>(
    mut mac: impl hmac::Mac,
    preamble: impl Iterator<Item = &'a [u8]>,
    body: &[u8],
) -> Tag {
    for bytes in preamble {
        mac.update(bytes);
    }
    mac.update(body);
    tag(&mac.finalize())
}

#[inline]
fn tag(output: &CtOutput<impl OutputSizeUser>) -> Tag {
    let bytes = output.as_bytes();
    let mut tag = [0; TAG_ROOM];
    tag[..bytes.len()].copy_from_slice(bytes);
    Tag(tag)
}

/// Returns whether `expected` is one of the tags. The time depends neither on the tag that matches
/// nor on the number of bytes that match.
#[inline]
fn is_among(expected: &Tag, Tags { first, others }: &Tags) -> bool {
    let any = equal(expected, first);
    others.iter().fold(any, |any, other| any | equal(expected, other)).into()
}

/// Compares tags as words of 8 bytes, with one `Choice` for the whole tag. One `Choice` for each of
/// the 32 bytes would cost more than the lookup of the header.
#[inline]
fn equal(Tag(a): &Tag, Tag(b): &Tag) -> Choice {
    let (a, _) = a.as_chunks::<8>();
    let (b, _) = b.as_chunks::<8>();
    let difference = a
        .iter()
        .zip(b)
        .fold(0, |all, (a, b)| all | (u64::from_ne_bytes(*a) ^ u64::from_ne_bytes(*b)));
    difference.ct_eq(&0)
}

/// Returns whether two texts are equal. The time does not depend on the position of a difference.
/// It depends on the lengths, because both texts are hashed.
pub(crate) fn is_same_text(a: &[u8], b: &[u8]) -> bool {
    Sha256::digest(a).as_slice().ct_eq(Sha256::digest(b).as_slice()).into()
}

/// Returns the SHA-256 of a body, for logs: it identifies the body without showing it.
///
/// # Examples
///
/// ```
/// let digest = countersign::adapter::body_digest(b"");
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
        for key in [HmacKey::sha256(b"key"), HmacKey::sha1(b"key")] {
            let matches = |first, others: &[Tag]| {
                let tags = Tags { first, others: others.into() };
                let at_once = key.matches(std::iter::empty(), b"", &tags);
                assert_eq!(key.start().matches(&tags), at_once);
                at_once
            };
            let tag = key.start().tag();
            let zeros = Tag([0; TAG_ROOM]);
            assert!(matches(tag, &[]));
            assert!(matches(zeros, &[tag]));
            assert!(matches(tag, &[zeros]));
            assert!(!matches(zeros, &[zeros]));
            for index in 0..TAG_ROOM {
                let mut other = tag;
                other.0[index] ^= 1;
                assert!(!matches(other, &[]), "byte {index}");
            }
        }
    }

    #[test]
    fn compares_texts_of_any_length() {
        assert!(is_same_text(b"", b""));
        assert!(is_same_text(b"token", b"token"));
        for other in [&b""[..], b"toke", b"token ", b"Token"] {
            assert!(!is_same_text(b"token", other));
        }
    }

    #[test]
    fn agrees_with_rfc_2202_on_sha_1() {
        let mut mac = HmacKey::sha1(b"Jefe").start();
        mac.update(b"what do ya want for nothing?");
        let expected = "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
        assert_eq!(hex::encode(&mac.tag().0[..20]), expected);
    }
}
