//! Times and durations in whole milliseconds, as the file has them.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The clock of an engine.
#[derive(Clone)]
pub(crate) struct Clock(Arc<dyn Fn() -> SystemTime + Send + Sync>);

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(crate) fn now(&self) -> i64 {
        since_1970((self.0)())
    }
}

/// The clock of this machine, which all of its processes share.
impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// Returns the milliseconds since 1970, rounded down; negative before 1970.
pub(crate) fn since_1970(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => milliseconds(after),
        Err(before) => {
            let before = before.duration();
            let part = i64::from(!before.subsec_nanos().is_multiple_of(1_000_000));
            -milliseconds(before).saturating_add(part)
        }
    }
}

/// Returns the duration in whole milliseconds, rounded down. A duration that is too long becomes
/// the longest one, which is 292 million years.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Returns the time from `from` to `to`; zero if `to` is earlier.
pub(crate) fn between(from: i64, to: i64) -> Duration {
    Duration::from_millis(u64::try_from(to.saturating_sub(from)).unwrap_or(0))
}

/// Returns the time of a row. A time after the year 9999 becomes the end of that year, because not
/// all systems can represent it.
pub(crate) fn system_time(since_1970: i64) -> SystemTime {
    let distance = Duration::from_millis(since_1970.unsigned_abs().min(END_OF_9999));
    let time = if since_1970 < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    time.unwrap_or(UNIX_EPOCH)
}

/// 9999-12-31T23:59:59.999Z, in milliseconds since 1970.
const END_OF_9999: u64 = 253_402_300_799_999;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_times_that_it_writes() {
        for milliseconds in [0, 1, -1, 1_700_000_000_000, -1_700_000_000_001] {
            assert_eq!(since_1970(system_time(milliseconds)), milliseconds);
        }
        assert_eq!(since_1970(UNIX_EPOCH + Duration::from_nanos(1_999_999)), 1);
        assert_eq!(since_1970(UNIX_EPOCH - Duration::from_nanos(1)), -1);
    }

    #[test]
    fn accepts_every_duration_and_every_time() {
        assert_eq!(milliseconds(Duration::ZERO), 0);
        assert_eq!(milliseconds(Duration::MAX), i64::MAX);
        assert_eq!(between(i64::MAX, i64::MIN), Duration::ZERO);
        assert_eq!(between(i64::MIN, i64::MAX), Duration::from_millis(i64::MAX as u64));
        assert_eq!(system_time(i64::MAX), system_time(END_OF_9999 as i64));
        assert!(system_time(i64::MIN) < UNIX_EPOCH);
    }
}
