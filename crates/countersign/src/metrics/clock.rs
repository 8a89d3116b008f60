//! The time of day, read from the system at most once a second.

use std::{
    cell::Cell,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use quanta::Instant;

thread_local! {
    /// The same moment on both clocks. The time of day is a time since 1970.
    static ANCHOR: Cell<Option<(Instant, Duration)>> = const { Cell::new(None) };
}

/// Returns the time of day at `moment`, which is now or a short time ago, as the time since 1970.
/// A change of the system's clock takes effect within a second.
pub(super) fn at(moment: Instant) -> Duration {
    if let Some((instant, time)) = ANCHOR.get()
        && let Some(since) = moment.checked_duration_since(instant)
        && since < LONGEST
    {
        return time + since;
    }
    let time = since_1970(SystemTime::now());
    ANCHOR.set(Some((moment, time)));
    time
}

/// Returns the time since 1970, or 0 for a time before it.
pub(super) fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// The time after which the system's clock is read again.
const LONGEST: Duration = Duration::from_secs(1);
