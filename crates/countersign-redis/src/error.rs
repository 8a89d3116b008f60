//! What went wrong, for the log.

use countersign::idempotency::StoreError;
use redis::RedisError;

/// Wraps what `redis` says, without a password.
pub(crate) fn failed(error: RedisError) -> StoreError {
    let text = error.to_string();
    // Servers quote the arguments of commands that they do not know. Where `HELLO` is not known,
    // the password is among them.
    match text.find(", with args beginning with") {
        Some(end) => StoreError::new(&text[..end]),
        None => StoreError::new(error),
    }
}
