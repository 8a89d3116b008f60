//! The numbers of rejections by the endpoint, the reason and the time.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::numbers::{HOUR, Numbers, PART, Seconds, seconds};

/// The number of rejections of one endpoint, for one reason, in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalCount {
    /// The name of the endpoint, or [`OTHERS`](Self::OTHERS).
    pub endpoint: String,
    /// The name of the reason, as in the metrics, or `duplicate`.
    pub reason: &'static str,
    /// The number of the interval, counted from 0.
    pub interval: u64,
    /// The number of rejections.
    pub number: u64,
}

impl RefusalCount {
    /// The endpoint under which rejections are counted, with their reason, if there are too many
    /// pairs of an endpoint and a reason: see [`Refusals::counts`](super::Refusals::counts).
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::explain::RefusalCount;
    ///
    /// assert_eq!(RefusalCount::OTHERS, "(others)");
    /// ```
    pub const OTHERS: &'static str = "(others)";
}

/// Counts rejections for each pair of an endpoint and a reason. A clone is cheap.
#[derive(Clone, Default)]
pub(super) struct Tally {
    pairs: BTreeMap<(Arc<str>, &'static str), Arc<Numbers>>,
    /// The hour in which old pairs were last looked for.
    looked: u64,
}

impl Tally {
    pub(super) fn add(&mut self, now: SystemTime, endpoint: &str, reason: &'static str) {
        let now = seconds(now);
        let mut pair = (Arc::from(endpoint), reason);
        if !self.pairs.contains_key(&pair) && !self.has_place(now) {
            pair.0 = Arc::from(RefusalCount::OTHERS);
        }
        Arc::make_mut(self.pairs.entry(pair).or_default()).add(now);
    }

    /// Returns true if there is a place for another pair. Removes old pairs for it.
    fn has_place(&mut self, now: Seconds) -> bool {
        // Once an hour is enough, and a flood of new pairs stays cheap.
        if self.pairs.len() >= MOST_PAIRS && self.looked != now / HOUR {
            self.looked = now / HOUR;
            self.pairs.retain(|_, numbers| !numbers.is_old(now));
        }
        self.pairs.len() < MOST_PAIRS
    }

    pub(super) fn counts(&self, since: SystemTime, width: Duration) -> Vec<RefusalCount> {
        let since = seconds(since) / PART * PART;
        let width = (width.as_secs() / PART).max(1) * PART;
        let mut counts = Vec::new();
        for ((endpoint, reason), numbers) in &self.pairs {
            let mut intervals: BTreeMap<u64, u64> = BTreeMap::new();
            for (begin, number) in numbers.since(since) {
                let interval = begin.saturating_sub(since) / width;
                *intervals.entry(interval).or_default() += u64::from(number);
            }
            counts.extend(intervals.into_iter().map(|(interval, number)| RefusalCount {
                endpoint: endpoint.to_string(),
                reason,
                interval,
                number,
            }));
        }
        counts
    }
}

/// Pairs of an endpoint and a reason, each with 4 kB. Tenants are no endpoints.
const MOST_PAIRS: usize = 500;

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const BEGIN: u64 = 277_777 * HOUR;
    const DAY: u64 = 24 * HOUR;

    /// The number of reasons in `Rejection::kept_name`, and some more.
    const MOST_REASONS: usize = 32;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(BEGIN + seconds)
    }

    fn numbers(tally: &Tally, since: u64, width: u64) -> Vec<(u64, u64)> {
        let counts = tally.counts(at(since), Duration::from_secs(width));
        counts.into_iter().map(|count| (count.interval, count.number)).collect()
    }

    #[test]
    fn counts_what_is_not_older() {
        let mut tally = Tally::default();
        for hours in 0..400 {
            tally.add(at(HOUR * hours + 700), "e", "mismatch");
        }
        let last = 399 * HOUR;
        assert_eq!(numbers(&tally, last - HOUR, HOUR), [(0, 1), (1, 1)]);
        assert_eq!(numbers(&tally, last + 600, PART), [(0, 1)]);
        assert_eq!(numbers(&tally, last - 24 * HOUR + 700, DAY), [(0, 24), (1, 1)]);
        assert_eq!(
            numbers(&tally, last - 6 * DAY, DAY),
            (0..6).map(|day| (day, 24)).chain([(6, 1)]).collect::<Vec<_>>()
        );
        assert_eq!(numbers(&tally, last + HOUR, HOUR), []);
    }

    #[test]
    fn numbers_older_than_a_week_make_place_for_newer_ones() {
        let mut tally = Tally::default();
        for part in 0..(4 * 7 * 24 * 12) {
            tally.add(at(PART * part), "e", "mismatch");
        }
        let all: u64 = numbers(&tally, 0, HOUR).iter().map(|(_, number)| number).sum();
        assert_eq!(all, 12 * (7 * 24 + 1));
    }

    #[test]
    fn a_clock_that_was_set_wrong_for_a_moment_hides_nothing() {
        let mut tally = Tally::default();
        tally.add(at(DAY), "e", "mismatch");
        tally.add(at(900 * DAY), "e", "mismatch");
        tally.add(at(DAY + PART), "e", "mismatch");
        assert_eq!(numbers(&tally, DAY, PART)[..2], [(0, 1), (1, 1)]);
    }

    #[test]
    fn too_many_endpoints_are_counted_together() {
        let mut tally = Tally::default();
        for round in 0..20 {
            for endpoint in 0..3_000 {
                tally.add(at(PART * round), &endpoint.to_string(), "mismatch");
                tally.add(at(PART * round), &endpoint.to_string(), "duplicate");
            }
        }
        assert_eq!(tally.pairs.len(), MOST_PAIRS + 2);
        let counts = tally.counts(at(0), Duration::MAX);
        let others = counts.iter().filter(|count| count.endpoint == RefusalCount::OTHERS);
        let others: Vec<_> = others.map(|count| (count.reason, count.number)).collect();
        assert_eq!(others, [("duplicate", 20 * 2_750), ("mismatch", 20 * 2_750)]);
        assert_eq!(counts.iter().map(|count| count.number).sum::<u64>(), 20 * 6_000);

        // A week later, their places are free.
        tally.add(at(8 * DAY), "new", "mismatch");
        assert_eq!(tally.pairs.len(), 1);
    }

    #[test]
    fn the_memory_is_bounded() {
        use crate::explain::{
            places::PLACES,
            refusal::{LONGEST_BODY, LONGEST_HEADERS, LONGEST_TEXT, Refusal},
        };
        // Besides the allocations, maps and queues have places that are not used.
        let counts = (MOST_PAIRS + MOST_REASONS) * (size_of::<Numbers>() + 200);
        let refusal = size_of::<Refusal>() + 3 * LONGEST_TEXT + 500;
        let mismatches = PLACES * (refusal + LONGEST_HEADERS + LONGEST_BODY);
        assert!(counts + mismatches + PLACES * refusal < 4_000_000);
    }
}
