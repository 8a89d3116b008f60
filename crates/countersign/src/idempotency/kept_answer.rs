//! A first answer, kept for duplicates.

use bytes::Bytes;

/// The status, content type and body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status, one of success.
    pub status: u16,
    /// What the header field `Content-Type` held; empty if there was none.
    pub content_type: Bytes,
    /// The body.
    pub body: Bytes,
}

/// The SHA-256 of the signed bytes that an answer was given to.
pub(crate) type BodyDigest = [u8; 32];

impl KeptAnswer {
    /// Reads a note of the middleware: the digest of the signed bytes, and the answer to them.
    /// Returns `None` for every other note.
    pub(super) fn read(note: &Bytes) -> Option<(BodyDigest, Self)> {
        let (&[version, s0, s1, l0, l1], rest) = note.split_first_chunk()?;
        let (digest, rest) = rest.split_first_chunk::<32>()?;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let status = u16::from_be_bytes([s0, s1]);
        if version != VERSION || !(200..300).contains(&status) || rest.len() < length {
            return None;
        }
        let (content_type, body) = rest.split_at(length);
        let answer =
            Self { status, content_type: note.slice_ref(content_type), body: note.slice_ref(body) };
        Some((*digest, answer))
    }
}

/// Format version of a stored answer; readers ignore other versions. Version 1 had no digest.
pub(super) const VERSION: u8 = 2;
