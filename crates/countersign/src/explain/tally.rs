//! The numbers of rejections by the time.

use std::{
    collections::BTreeMap,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The number of rejections of one endpoint, for one reason, in one interval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RefusalCount {
    /// The name of the endpoint.
    pub endpoint: String,
    /// The name of the reason, as in the metrics, or `duplicate`.
    pub reason: &'static str,
    /// The number of the interval, counted from 0.
    pub interval: u64,
    /// The number of rejections.
    pub number: u64,
}

/// Counts rejections for each part of five minutes: of the last week, and of older parts if some were
/// without rejections.
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

    pub(super) fn counts(&self, since: SystemTime, width: Duration) -> Vec<RefusalCount> {
        let (first, width) = (part(since), (width.as_secs() / PART).max(1));
        let mut counts: Vec<RefusalCount> = Vec::new();
        for ((endpoint, reason), parts) in &self.parts {
            for (part, number) in parts.range(first..) {
                let interval = (part - first) / width;
                match counts.last_mut() {
                    Some(last)
                        if last.interval == interval
                            && last.endpoint == *endpoint
                            && last.reason == *reason =>
                    {
                        last.number += number;
                    }
                    _ => {
                        let (endpoint, number) = (endpoint.clone(), *number);
                        counts.push(RefusalCount { endpoint, reason, interval, number });
                    }
                }
            }
        }
        counts
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
        let numbers = |since, width| -> Vec<_> {
            let counts = tally.counts(now + hour * since, hour * width);
            counts.into_iter().map(|count| (count.interval, count.number)).collect()
        };
        assert_eq!(numbers(398, 1), [(0, 1), (1, 1)]);
        assert_eq!(numbers(376, 24), [(0, 24)]);
        assert_eq!(numbers(1000, 1), []);
    }
}
