//! Who works on an event.

use std::{
    fmt,
    hash::{BuildHasher as _, RandomState},
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

use super::IdempotencyKey;

/// One worker's claim to one event: the event's key, and a token that no other worker has.
///
/// The token fences. Whoever comes back after its lease ran out holds a token that the store has
/// forgotten, and can neither complete nor release what somebody else has claimed since.
#[derive(Clone, PartialEq, Eq)]
pub struct Lease {
    key: IdempotencyKey,
    token: Token,
}

/// What tells one claim from all others: unique among processes, but for those that go on from one
/// copy of a memory.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(u128);

impl Lease {
    /// Makes a token for the key. Nothing is claimed yet.
    #[must_use]
    pub fn new(key: IdempotencyKey) -> Self {
        Self { key, token: Token::next() }
    }

    /// The event's key.
    #[must_use]
    pub fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token
    }
}

impl Token {
    /// Numbers the claims of this process under a number of its own, which the operating system's
    /// randomness makes: tokens have to be different, and are no secret.
    fn next() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
        static CLAIMS: AtomicU64 = AtomicU64::new(0);
        let claim = CLAIMS.fetch_add(1, Ordering::Relaxed);
        Self(u128::from(*PROCESS) << 64 | u128::from(claim))
    }

    /// The token as 16 bytes, for stores.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.to_be_bytes()
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease").field("key", &self.key).field("token", &self.token).finish()
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Token({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_each_lease_a_token_of_its_own() {
        let lease = || Lease::new(IdempotencyKey::builder("e").event_type(None).id("1"));
        let (one, other) = (lease(), lease());
        assert_eq!(one.key(), other.key());
        assert_ne!(one.token(), other.token());
        assert_ne!(one, other);
        assert_eq!(one.clone(), one);
        assert_eq!(one.token().to_string().len(), 32);
    }
}
