//! The last two weeks, hour by hour.

use std::time::{Duration, SystemTime};

use countersign::inbox::Activity;

use super::silence::HOUR;

/// Returns the time at which this many hours began, of which the last one is the hour of now.
///
/// Engines keep the numbers of removed rows by whole hours of UTC.
pub(super) fn begin(now: SystemTime, hours: u32) -> SystemTime {
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let before = u64::from(hours.saturating_sub(1)).saturating_mul(HOUR.as_secs());
    let first = (seconds - seconds % HOUR.as_secs()).saturating_sub(before);
    SystemTime::UNIX_EPOCH + Duration::from_secs(first)
}

/// Puts hours together into parts of this many hours, of which the last one ends now.
pub(super) fn parts(all: &[Activity], intervals: u32, hours: u32) -> Vec<Activity> {
    let first = u64::from(HOURS.saturating_sub(intervals * hours));
    let of_part = |hour: &Activity| {
        let interval = hour.interval.checked_sub(first)? / u64::from(hours);
        Some(Activity { interval, ..hour.clone() })
    };
    all.iter().filter_map(of_part).collect()
}

/// Two weeks: a weekend is a usual silence only if the one before it is known.
pub(super) const HOURS: u32 = 14 * 24;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_begin_at_a_whole_hour() {
        let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(begin(at(7 * 3600 + 59), 1), at(7 * 3600));
        assert_eq!(begin(at(7 * 3600), 3), at(5 * 3600));
        assert_eq!(begin(at(10), HOURS), at(0));
    }

    #[test]
    fn the_last_part_ends_now() {
        let hour = |interval| Activity {
            endpoint: "e".to_owned(),
            interval,
            accepted: 1,
            dead: 0,
            last_received_at: SystemTime::UNIX_EPOCH,
        };
        let week: Vec<_> = [0, 311, 312, 335].map(hour).into();
        let places = |intervals, hours| -> Vec<_> {
            parts(&week, intervals, hours).iter().map(|part| part.interval).collect()
        };
        assert_eq!(places(24, 1), [0, 23]);
        assert_eq!(places(28, 6), [23, 24, 27]);
    }
}
