//! The times between the attempts of a delivery.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::Duration,
};

/// The pauses between the attempts to handle a delivery. There is one attempt more than there are
/// pauses. After the last one, the delivery is dead.
///
/// Each pause is prolonged by up to a fifth, at random, so that deliveries that failed together do
/// not all return together.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use countersign::inbox::Retries;
///
/// let retries = Retries::after_minutes([1, 5, 30, 120]);
/// assert_eq!(retries, Retries::default());
/// assert_eq!(retries.attempts(), 5);
///
/// let retries = Retries::after([Duration::from_secs(1), Duration::from_secs(10)]);
/// assert_eq!(retries.attempts(), 3);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Retries {
    pauses: Box<[Duration]>,
}

impl Retries {
    /// Tries again after these pauses.
    pub fn after(pauses: impl IntoIterator<Item = Duration>) -> Self {
        Self { pauses: pauses.into_iter().collect() }
    }

    /// Tries again after pauses of these lengths, in minutes.
    pub fn after_minutes(pauses: impl IntoIterator<Item = u64>) -> Self {
        Self::after(pauses.into_iter().map(|minutes| Duration::from_secs(minutes * 60)))
    }

    /// Does not try again: a delivery whose first attempt fails is dead.
    pub fn never() -> Self {
        Self::after([])
    }

    /// Returns the number of attempts.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.pauses.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Returns the pause after the attempt with this number, counted from 1. Returns `None` if it
    /// is the last one.
    pub(super) fn pause_after(&self, number: u32) -> Option<Duration> {
        let place = usize::try_from(number).ok()?.checked_sub(1)?;
        self.pauses.get(place).map(|pause| prolonged(*pause))
    }
}

/// After 1, 5, 30 and 120 minutes, as many providers do.
impl Default for Retries {
    fn default() -> Self {
        Self::after_minutes([1, 5, 30, 120])
    }
}

/// Prolongs a pause by up to a fifth.
fn prolonged(pause: Duration) -> Duration {
    let parts = u32::try_from(RandomState::new().hash_one(()) % 200).unwrap_or_default();
    pause.saturating_add((pause / 1000).saturating_mul(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prolongs_each_pause_by_up_to_a_fifth() {
        let retries = Retries::after([Duration::from_secs(10), Duration::MAX]);
        for _ in 0..1000 {
            let pause = retries.pause_after(1).unwrap();
            assert!((Duration::from_secs(10)..Duration::from_secs(12)).contains(&pause));
        }
        assert_eq!(retries.pause_after(2), Some(Duration::MAX));
        assert_eq!(retries.pause_after(3), None);
        assert_eq!(retries.pause_after(0), None);
        assert_eq!(Retries::never().pause_after(1), None);
    }
}
