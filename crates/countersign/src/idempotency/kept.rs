//! A first answer, kept for duplicates.

use bytes::{BufMut, Bytes, BytesMut};

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
    /// Spells it for a store.
    pub(crate) fn note(&self) -> Bytes {
        // No content type is as long: it came in a header field.
        let Ok(length) = u16::try_from(self.content_type.len()) else { return Bytes::new() };
        let mut note = BytesMut::with_capacity(5 + self.content_type.len() + self.body.len());
        note.put_u8(VERSION);
        note.put_u16(self.status);
        note.put_u16(length);
        note.put_slice(&self.content_type);
        note.put_slice(&self.body);
        note.freeze()
    }

    /// Reads what [`note`](Self::note) spelt; anything else is no answer.
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
const VERSION: u8 = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_it_was_spelt() {
        for (content_type, body) in [("", ""), ("text/plain", "ok"), ("a", "\0\u{ff}")] {
            let kept = KeptAnswer {
                status: 201,
                content_type: Bytes::copy_from_slice(content_type.as_bytes()),
                body: Bytes::copy_from_slice(body.as_bytes()),
            };
            assert_eq!(KeptAnswer::read(&kept.note()), Some(kept));
        }
    }

    #[test]
    fn takes_nothing_else_for_an_answer() {
        for note in
            [&b""[..], b"\x01", b"\x01\0\xc8\0\x05text", b"\x02\0\xc8\0\0", b"\x01\0\x64\0\0"]
        {
            assert_eq!(KeptAnswer::read(&Bytes::copy_from_slice(note)), None, "{note:?}");
        }
    }
}
