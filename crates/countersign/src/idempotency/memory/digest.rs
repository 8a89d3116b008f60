//! Keys, made short and unpredictable.

use std::hash::{BuildHasher as _, RandomState};

use siphasher::sip128::SipHasher24;

use super::super::IdempotencyKey;

/// Makes digests under a key of its own, so that senders can neither choose ids that meet in one
/// shard, nor two with one digest.
pub(super) struct Digester(SipHasher24);

/// Stands for a key: of 10 million, two are the same once in 10^24 stores.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    place: u64,
    hash: u64,
}

impl Digester {
    /// Takes its key from the operating system's randomness, as maps of the standard library do.
    pub(super) fn new() -> Self {
        let half = || RandomState::new().hash_one(());
        Self(SipHasher24::new_with_keys(half(), half()))
    }

    pub(super) fn digest(&self, key: &IdempotencyKey) -> Digest {
        let digest = self.0.hash(key.as_str().as_bytes());
        Digest { place: digest.h1, hash: digest.h2 }
    }
}

impl Digest {
    /// Less than `of`.
    pub(super) fn place(self, of: usize) -> usize {
        (self.place % of as u64) as usize
    }

    /// For tables: independent of the place.
    pub(super) fn hash(self) -> u64 {
        self.hash
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differs_from_store_to_store() {
        let key = IdempotencyKey::builder("e").event_type(None).id("1");
        let (one, other) = (Digester::new(), Digester::new());
        assert!(one.digest(&key) == one.digest(&key));
        assert!(one.digest(&key) != other.digest(&key));
    }
}
