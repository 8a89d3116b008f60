//! The format of a note that holds a kept answer.
//!
//! ```text
//! version  status  length of the content type  SHA-256 of the signed bytes  content type  body
//! 1 byte   2       2                            32                           ..            ..
//! ```

use bytes::Bytes;
#[cfg(any(feature = "tower", feature = "actix-web"))]
use bytes::{BufMut, BytesMut};

use super::KeptAnswer;

/// The SHA-256 of the signed bytes that an answer was given to.
pub(super) type BodyDigest = [u8; 32];

/// Encodes the answer, with the digest of the signed bytes of its delivery.
#[cfg(any(feature = "tower", feature = "actix-web"))]
pub(super) fn encode(answer: &KeptAnswer, digest: &BodyDigest) -> Bytes {
    let KeptAnswer { status, content_type, body } = answer;
    // An answer whose content type has over 65,535 bytes is not kept.
    let Ok(length) = u16::try_from(content_type.len()) else { return Bytes::new() };
    let mut note = BytesMut::with_capacity(5 + digest.len() + content_type.len() + body.len());
    note.put_u8(VERSION);
    note.put_u16(*status);
    note.put_u16(length);
    note.put_slice(digest);
    note.put_slice(content_type);
    note.put_slice(body);
    note.freeze()
}

/// Decodes a note: the digest of the signed bytes, and the answer to them. Returns `None` if the
/// note does not have this format.
pub(super) fn decode(note: &Bytes) -> Option<(BodyDigest, KeptAnswer)> {
    let (&[version, s0, s1, l0, l1], rest) = note.split_first_chunk()?;
    let (digest, rest) = rest.split_first_chunk::<32>()?;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    let status = u16::from_be_bytes([s0, s1]);
    if version != VERSION || !(200..300).contains(&status) || rest.len() < length {
        return None;
    }
    let (content_type, body) = rest.split_at(length);
    let (content_type, body) = (note.slice_ref(content_type), note.slice_ref(body));
    Some((*digest, KeptAnswer { status, content_type, body }))
}

/// Version of the format. Notes of other versions are ignored; version 1 had no digest.
const VERSION: u8 = 2;

#[cfg(all(test, any(feature = "tower", feature = "actix-web")))]
mod tests {
    use super::*;

    #[test]
    fn decodes_the_encoded_answer() {
        for (content_type, body) in [("", ""), ("text/plain", "ok"), ("a", "\0\u{ff}")] {
            let kept = KeptAnswer {
                status: 201,
                content_type: Bytes::copy_from_slice(content_type.as_bytes()),
                body: Bytes::copy_from_slice(body.as_bytes()),
            };
            let digest = [7; 32];
            assert_eq!(decode(&encode(&kept, &digest)), Some((digest, kept)));
        }
    }

    #[test]
    fn takes_nothing_else_for_an_answer() {
        let digest = [7; 32];
        let kept = KeptAnswer { status: 200, content_type: "text".into(), body: Bytes::new() };
        let note = encode(&kept, &digest);
        assert!(decode(&note).is_some());
        let without = |change: fn(&mut Vec<u8>)| {
            let mut note = note.to_vec();
            change(&mut note);
            decode(&Bytes::from(note))
        };
        // The former format, a later one, no success, and notes that are cut off.
        assert_eq!(without(|note| note[0] = 1), None);
        assert_eq!(without(|note| note[0] = 3), None);
        assert_eq!(without(|note| note[2] = 100), None);
        for length in 0..note.len() {
            assert_eq!(decode(&note.slice(..length)), None, "{length}");
        }
    }
}
