//! The time of day, read from the system at most once a second.

use std::{
    cell::Cell,
    time::{Duration, Instant, SystemTime},
};

thread_local! {
    /// The same moment on both clocks.
    static ANCHOR: Cell<Option<(Instant, SystemTime)>> = const { Cell::new(None) };
}

/// Returns the time of day at `moment`, which is now or a short time ago. A change of the system's
/// clock takes effect within a second.
pub(super) fn at(moment: Instant) -> SystemTime {
    if let Some((instant, time)) = ANCHOR.get()
        && let Some(since) = moment.checked_duration_since(instant)
        && since < LONGEST
    {
        return time + since;
    }
    let time = SystemTime::now();
    ANCHOR.set(Some((moment, time)));
    time
}

/// The time after which the system's clock is read again.
const LONGEST: Duration = Duration::from_secs(1);
