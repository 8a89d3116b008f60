//! A monotonic clock.

use std::time::{Duration, Instant};

/// A monotonic clock. Its moments count from its creation.
pub(super) struct Clock {
    epoch: Instant,
    now: Box<dyn Fn() -> Instant + Send + Sync>,
}

/// Nanoseconds since the clock was made: enough for 584 years.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(u64);

impl Clock {
    pub(super) fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { epoch: now(), now: Box::new(now) }
    }

    pub(super) fn now(&self) -> Moment {
        Moment(nanoseconds((self.now)().saturating_duration_since(self.epoch)))
    }
}

impl Moment {
    pub(super) fn after(self, length: Duration) -> Self {
        Self(self.0.saturating_add(nanoseconds(length)))
    }

    pub(super) fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

fn nanoseconds(length: Duration) -> u64 {
    u64::try_from(length.as_nanos()).unwrap_or(u64::MAX)
}
