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

impl KeptAnswer {
    /// Reads what the middleware spelled; anything else is no answer.
    pub(crate) fn read(note: &Bytes) -> Option<Self> {
        let (&[version, s0, s1, l0, l1], rest) = note.split_first_chunk()?;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let status = u16::from_be_bytes([s0, s1]);
        if version != VERSION || !(200..300).contains(&status) || rest.len() < length {
            return None;
        }
        let (content_type, body) = rest.split_at(length);
        Some(Self {
            status,
            content_type: note.slice_ref(content_type),
            body: note.slice_ref(body),
        })
    }
}

/// Of the spelling.
pub(super) const VERSION: u8 = 1;
