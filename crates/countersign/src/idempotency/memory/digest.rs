//! Short digests of keys, which no sender can predict.

use std::hash::{BuildHasher as _, RandomState};

use siphasher::sip128::SipHasher24;

use super::super::IdempotencyKey;

/// Makes digests under a random key of its own, so that a sender can neither choose ids for one
/// shard nor find two ids with one digest.
pub(super) struct Digester(SipHasher24);

/// A digest of 128 bits, which stands for a key. Two of 10 million keys have the same digest with a
/// probability below 10^-24.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Digest {
    place: u64,
    hash: u64,
}

impl Digester {
    /// Takes the key from the operating system's randomness, as maps of the standard library do.
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
    /// Returns the number of the key's shard, less than `of`.
    pub(super) fn place(self, of: usize) -> usize {
        (self.place % of as u64) as usize
    }

    /// Returns the hash for tables. It does not depend on the place.
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
