//! What becomes of a claimed event when its handler has answered: what the middleware of all
//! frameworks does.

use std::{future::Future, pin::Pin};

use bytes::{BufMut, Bytes, BytesMut};

use super::{
    ClaimGuard, KeptAnswer,
    claim_guard::Stage,
    kept_answer::{BodyDigest, VERSION},
};

/// A claimed event on its way to be done, or free.
pub(crate) type Settlement = Pin<Box<dyn Future<Output = ()> + Send>>;

impl ClaimGuard {
    /// Notes whether the event was handled, which decides what becomes of it.
    pub(crate) fn after(mut self, was_handled: bool) -> Self {
        self.stage = if was_handled { Stage::Handled } else { Stage::Working };
        self
    }

    /// Completes the event if it was handled, and keeps an answer with it; otherwise releases it.
    pub(crate) fn settle(self, answer: Option<&KeptAnswer>) -> Settlement {
        if self.stage == Stage::Handled {
            let note = answer.zip(self.digest).map(|(answer, digest)| answer.note(&digest));
            let note = note.unwrap_or_default();
            // Whatever failed is told, and tried again, where nobody waits for it.
            let completing = self.complete_with(note);
            Box::pin(async { drop(completing.await) })
        } else {
            Box::pin(self.release())
        }
    }

    /// Whether an answer of this many bytes is to be kept for duplicates.
    pub(crate) fn keeps(&self, length: Option<u64>) -> bool {
        let longest = self.lease.as_ref().and(self.digest).and(self.idempotency.longest_answer);
        let longest = longest.and_then(|bytes| u64::try_from(bytes).ok());
        longest.zip(length).is_some_and(|(longest, length)| length <= longest)
    }
}

impl KeptAnswer {
    /// Encodes the answer for a store, with the digest of the signed bytes of its delivery.
    fn note(&self, digest: &BodyDigest) -> Bytes {
        // No content type is as long: it came in a header field.
        let Ok(length) = u16::try_from(self.content_type.len()) else { return Bytes::new() };
        let mut note =
            BytesMut::with_capacity(5 + digest.len() + self.content_type.len() + self.body.len());
        note.put_u8(VERSION);
        note.put_u16(self.status);
        note.put_u16(length);
        note.put_slice(digest);
        note.put_slice(&self.content_type);
        note.put_slice(&self.body);
        note.freeze()
    }
}

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
            let digest = [7; 32];
            assert_eq!(KeptAnswer::read(&kept.note(&digest)), Some((digest, kept)));
        }
    }

    #[test]
    fn takes_nothing_else_for_an_answer() {
        let digest = [7; 32];
        let kept = KeptAnswer { status: 200, content_type: "text".into(), body: Bytes::new() };
        let note = kept.note(&digest);
        assert!(KeptAnswer::read(&note).is_some());
        let without = |change: fn(&mut Vec<u8>)| {
            let mut note = note.to_vec();
            change(&mut note);
            KeptAnswer::read(&Bytes::from(note))
        };
        // The former format, a later one, no success, and notes that are cut off.
        assert_eq!(without(|note| note[0] = 1), None);
        assert_eq!(without(|note| note[0] = 3), None);
        assert_eq!(without(|note| note[2] = 100), None);
        for length in 0..note.len() {
            assert_eq!(KeptAnswer::read(&note.slice(..length)), None, "{length}");
        }
    }
}
