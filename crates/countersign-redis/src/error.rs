//! Errors of `redis`, for the log.

use countersign::idempotency::StoreError;
use redis::RedisError;

/// Wraps an error of `redis`, without a password.
pub(crate) fn failed(error: RedisError) -> StoreError {
    let text = error.to_string();
    // A server quotes the arguments of a command that it does not know. If it does not know
    // `HELLO`, the password is one of them.
    match text.find(", with args beginning with") {
        Some(end) => StoreError::new(&text[..end]),
        None => StoreError::new(error),
    }
}
