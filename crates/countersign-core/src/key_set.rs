//! The identity of a verifier's keys.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU32, Ordering},
    },
};

/// A fingerprint of one verifier's keys, for comparison with that of another verifier. Each proof
/// has a key set.
///
/// # Security
///
/// A key set holds 32 bits of a hash of each key, made with a random key of this process. Key sets
/// can only be compared: the hashes cannot be read or printed.
#[doc(hidden)]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct KeySet {
    /// Identifies the verifier: its clones have the same number. The number stays the same when
    /// secrets are replaced.
    verifier: u32,
    /// Hashes of one current and at most three retired keys; zero for each key that is absent.
    prints: [u32; 4],
}

impl KeySet {
    /// Makes the set of a new verifier, which gets the next number.
    pub(crate) fn new<'a>(keys: impl Iterator<Item = &'a [u8]>) -> Self {
        static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        static VERIFIERS: AtomicU32 = AtomicU32::new(1);
        let mut prints = [0; 4];
        for (print, key) in prints.iter_mut().zip(keys) {
            // The upper half of the hash, with one bit set, because zero stands for no key.
            *print = u32::try_from(HASHER.hash_one(key) >> 32).unwrap_or(0) | 1;
        }
        Self { verifier: VERIFIERS.fetch_add(1, Ordering::Relaxed), prints }
    }

    /// Returns this set with the verifier's number from `former`, the set that it replaces.
    pub(crate) fn of_the_verifier(self, former: Self) -> Self {
        Self { verifier: former.verifier, ..self }
    }

    /// Returns whether both sets belong to one verifier or its clones.
    #[must_use]
    pub fn is_of_one_verifier(&self, other: &Self) -> bool {
        self.verifier == other.verifier
    }

    /// Returns whether the two sets have a key in common.
    #[must_use]
    pub fn has_in_common(&self, other: &Self) -> bool {
        self.prints.iter().any(|print| *print != 0 && other.prints.contains(print))
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySet(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set<const N: usize>(keys: [&[u8]; N]) -> KeySet {
        KeySet::new(keys.into_iter())
    }

    #[test]
    fn compares_keys_and_verifiers() {
        let (one, other) = (set([b"a"]), set([b"b", b"c"]));
        assert!(!one.has_in_common(&other) && !other.has_in_common(&one));
        assert!(one.has_in_common(&set([b"a"])) && !one.is_of_one_verifier(&set([b"a"])));
        assert!(other.has_in_common(&set([b"d", b"c"])));
        assert!(set([b"d"]).of_the_verifier(one).is_of_one_verifier(&one));
        assert!(!set([]).has_in_common(&set([])));
        assert_eq!(format!("{one:?}"), "KeySet(..)");
    }
}
