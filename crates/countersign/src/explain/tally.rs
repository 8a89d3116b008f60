//! The numbers of rejections by the time.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The number of rejections of one endpoint for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalCount {
    /// The name of the endpoint.
    pub endpoint: String,
    /// The name of the reason, as in the metrics, or `duplicate`.
    pub reason: &'static str,
    /// The number of rejections.
    pub number: u64,
}

/// Counts rejections for each part of five minutes of the last week.
#[derive(Default)]
pub(super) struct Tally {
    parts: BTreeMap<(String, &'static str), BTreeMap<u64, u64>>,
}

impl Tally {
    pub(super) fn add(&mut self, now: SystemTime, endpoint: &str, reason: &'static str) {
        let part = part(now);
        let key = (endpoint.to_owned(), reason);
        if self.parts.len() >= MOST_KEYS && !self.parts.contains_key(&key) {
            return;
        }
        let parts = self.parts.entry(key).or_default();
        *parts.entry(part).or_default() += 1;
        if parts.len() > PARTS_OF_A_WEEK {
            parts.pop_first();
        }
    }

    pub(super) fn counts(&self, now: SystemTime, length: Duration) -> Vec<RefusalCount> {
        let first = part(now).saturating_sub(length.as_secs() / PART);
        let count =
            |((endpoint, reason), parts): (&(String, &'static str), &BTreeMap<u64, u64>)| {
                let number = parts.range(first..).map(|(_, number)| number).sum();
                (number > 0).then(|| RefusalCount { endpoint: endpoint.clone(), reason, number })
            };
        self.parts.iter().filter_map(count).collect()
    }
}

fn part(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() / PART
}

/// In seconds.
const PART: u64 = 5 * 60;
const PARTS_OF_A_WEEK: usize = 7 * 24 * 12;

/// Endpoints of the application, each with a few reasons. Tenants are no endpoints.
const MOST_KEYS: usize = 2_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_what_is_not_older() {
        let (mut tally, now) = (Tally::default(), UNIX_EPOCH + Duration::from_secs(1_000_000_000));
        let hour = Duration::from_secs(3600);
        for hours in 0..400 {
            tally.add(now + hour * hours, "e", "mismatch");
        }
        let number = |hours| tally.counts(now + hour * 399, hour * hours)[0].number;
        assert_eq!((number(1), number(24)), (2, 25));
        assert_eq!(tally.counts(now + hour * 1000, hour), []);
    }
}
