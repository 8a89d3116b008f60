//! Clocks, from which verifiers read the current time.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The source of the current time for a verifier.
///
/// A verification reads it only if the scheme signs a timestamp.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// Returns the current time.
    fn now(&self) -> SystemTime;
}

/// The clock of the operating system, which is the default.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that always returns the same time, for tests.
///
/// # Examples
///
/// ```
/// use countersign::clock::{Clock, FixedClock};
///
/// let clock = FixedClock::at_unix_seconds(1_649_367_553);
/// assert_eq!(clock.now(), clock.now());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(SystemTime);

impl FixedClock {
    /// Makes a clock that always returns `time`.
    #[must_use]
    pub fn at(time: SystemTime) -> Self {
        Self(time)
    }

    /// Makes a clock that always returns the time this many seconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn at_unix_seconds(seconds: u32) -> Self {
        Self(UNIX_EPOCH + Duration::from_secs(seconds.into()))
    }
}

impl Clock for FixedClock {
    fn now(&self) -> SystemTime {
        self.0
    }
}
