//! The lease by which a worker holds an event.

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
/// A worker may continue after its lease has run out. Once another worker has claimed the event,
/// the store no longer accepts the first worker's token, so the first worker can neither complete
/// nor release the event.
#[derive(Clone, PartialEq, Eq)]
pub struct Lease {
    key: IdempotencyKey,
    token: Token,
}

/// A number that identifies one claim. It is unique among all processes, except processes that are
/// copies of each other, such as machines that start from one snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Token(u128);

impl Lease {
    /// Makes a new token for the key. Nothing is claimed yet.
    #[must_use]
    pub fn new(key: IdempotencyKey) -> Self {
        Self { key, token: Token::next() }
    }

    /// Returns the event's key.
    #[must_use]
    pub fn key(&self) -> &IdempotencyKey {
        &self.key
    }

    /// Returns the token.
    #[must_use]
    pub fn token(&self) -> Token {
        self.token
    }
}

impl Token {
    /// Makes the next token: a random number of this process, followed by the number of the claim.
    /// Tokens must be different, and are not secret.
    pub(crate) fn next() -> Self {
        static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(()));
        static CLAIMS: AtomicU64 = AtomicU64::new(0);
        let claim = CLAIMS.fetch_add(1, Ordering::Relaxed);
        Self(u128::from(*PROCESS) << 64 | u128::from(claim))
    }

    /// Returns the token as 16 bytes, for stores.
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
