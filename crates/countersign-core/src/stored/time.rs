//! Times in whole milliseconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// A time in whole milliseconds, stored as their number since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub(super) struct StoredTime(SystemTime);

impl StoredTime {
    /// Rounds a time down to whole milliseconds. Signed times are whole milliseconds. If the
    /// tolerance also is a whole number of milliseconds, `verify_again` accepts every signed time
    /// that was accepted at receipt, although the time of receipt is rounded down.
    pub(super) fn rounding_down(time: SystemTime) -> Self {
        Self(time_at(millis(time)).unwrap_or(time))
    }

    pub(super) fn get(self) -> SystemTime {
        self.0
    }
}

impl From<StoredTime> for i64 {
    fn from(time: StoredTime) -> Self {
        millis(time.0)
    }
}

impl TryFrom<i64> for StoredTime {
    type Error = &'static str;

    fn try_from(millis: i64) -> Result<Self, Self::Error> {
        time_at(millis).map(Self).ok_or("this system cannot represent the time")
    }
}

/// Returns the milliseconds from 1970 to a time, rounded down.
fn millis(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
        Err(error) => {
            let before = error.duration().as_nanos().div_ceil(NANOS_PER_MILLI);
            i64::try_from(before).map_or(i64::MIN, |before| -before)
        }
    }
}

/// Returns the time that is this many milliseconds from 1970, if the system can represent it.
fn time_at(millis: i64) -> Option<SystemTime> {
    let distance = Duration::from_millis(millis.unsigned_abs());
    if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
}

const NANOS_PER_MILLI: u128 = 1_000_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_down_before_and_after_1970() {
        let (milli, nano) = (Duration::from_millis(1), Duration::from_nanos(1));
        for (time, expected) in [
            (UNIX_EPOCH, 0),
            (UNIX_EPOCH + nano, 0),
            (UNIX_EPOCH + milli, 1),
            (UNIX_EPOCH + milli * 2 - nano, 1),
            (UNIX_EPOCH - nano, -1),
            (UNIX_EPOCH - milli, -1),
            (UNIX_EPOCH - milli - nano, -2),
        ] {
            let stored = StoredTime::rounding_down(time);
            assert_eq!(i64::from(stored), expected);
            assert!(StoredTime::try_from(expected) == Ok(stored) && stored.get() <= time);
        }
    }

    #[test]
    fn keeps_the_nearest_time_that_fits() {
        let latest = UNIX_EPOCH + Duration::from_millis(i64::MAX.unsigned_abs());
        let stored = StoredTime::rounding_down(latest + Duration::from_secs(1));
        assert_eq!((i64::from(stored), stored.get()), (i64::MAX, latest));
    }
}
