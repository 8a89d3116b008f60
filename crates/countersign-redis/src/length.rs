//! Lengths of time in whole milliseconds, as the server counts them.

use std::time::Duration;

use countersign::idempotency::StoreError;

/// Returns the milliseconds for `PX`, rounded up, and within the range that the server accepts.
pub(crate) fn milliseconds(length: Duration) -> u64 {
    let rounded = length.saturating_add(Duration::from_nanos(999_999)).as_millis();
    u64::try_from(rounded).unwrap_or(u64::MAX).clamp(SHORTEST, LONGEST)
}

/// Returns the time left of a claim, from the server's answer to `PTTL`.
///
/// # Errors
///
/// Returns a [`StoreError`] if the key never expires. The key of a claim always expires.
pub(crate) fn left(milliseconds: i64) -> Result<Duration, StoreError> {
    let left = u64::try_from(milliseconds).map_err(|_| {
        StoreError::new("the claim's key has no ttl: another program has removed the ttl")
    })?;
    // In the last millisecond of a claim, the server returns 0.
    Ok(Duration::from_millis(left.max(SHORTEST)))
}

/// In milliseconds: Redis rejects 0.
const SHORTEST: u64 = 1;

/// A hundred years, in milliseconds. Redis rejects a length whose sum with the current time
/// overflows.
const LONGEST: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_up_and_stays_within_what_the_server_takes() {
        assert_eq!(milliseconds(Duration::ZERO), 1);
        assert_eq!(milliseconds(Duration::from_nanos(1)), 1);
        assert_eq!(milliseconds(Duration::from_millis(1)), 1);
        assert_eq!(milliseconds(Duration::from_micros(1001)), 2);
        assert_eq!(milliseconds(Duration::from_secs(60)), 60_000);
        assert_eq!(milliseconds(Duration::from_millis(LONGEST + 1)), LONGEST);
        assert_eq!(milliseconds(Duration::MAX), LONGEST);
    }

    #[test]
    fn never_returns_zero_and_rejects_a_key_without_ttl() {
        assert_eq!(left(0).unwrap(), Duration::from_millis(1));
        assert_eq!(left(59_999).unwrap(), Duration::from_millis(59_999));
        assert!(left(-1).is_err());
    }
}
