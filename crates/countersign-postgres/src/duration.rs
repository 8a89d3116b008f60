//! Durations as the database reckons.

use std::time::Duration;

/// Seconds to add to a time. Longer ones are a hundred years: times end in the year 294276.
pub(crate) fn seconds(duration: Duration) -> f64 {
    duration.min(LONGEST).as_secs_f64()
}

/// What is left of a claim.
pub(crate) fn remaining(seconds: f64) -> Duration {
    // It ended meanwhile, or somebody has written a time by hand that is not of this world.
    Duration::try_from_secs_f64(seconds.max(0.0)).unwrap_or(LONGEST)
}

/// A hundred years.
const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bears_every_duration() {
        assert_eq!(seconds(Duration::ZERO), 0.0);
        assert_eq!(seconds(Duration::from_millis(1500)), 1.5);
        assert_eq!(seconds(Duration::MAX), LONGEST.as_secs_f64());
    }

    #[test]
    fn bears_whatever_is_left() {
        assert_eq!(remaining(-1.0), Duration::ZERO);
        assert_eq!(remaining(f64::NEG_INFINITY), Duration::ZERO);
        assert_eq!(remaining(f64::NAN), Duration::ZERO);
        assert_eq!(remaining(1.5), Duration::from_millis(1500));
        assert_eq!(remaining(f64::INFINITY), LONGEST);
    }
}
