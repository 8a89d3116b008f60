//! The last rejections, for operators.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use countersign_core::__Rejected as Rejected;

use super::{
    refusal::Refusal,
    tally::{RefusalCount, Tally},
};

/// The last rejections of the verifiers with
/// [`keep_refusals`](super::ExplainRefusals::keep_refusals), in memory. Clones share one list.
///
/// # Security
///
/// Nothing in it was verified, and anybody can fill it. At most 100 rejections are kept, each with
/// at most 16 KiB of its body and 8 KiB of its headers, and only of deliveries whose signature does
/// not match: less than 3 MB in all. Only the headers that an examination reads are kept: those of
/// signatures, and those that describe the request. `Authorization` and cookies are not among them.
///
/// # Examples
///
/// ```
/// use countersign::explain::Refusals;
///
/// let refusals = Refusals::new();
/// assert!(refusals.list().is_empty());
/// ```
#[derive(Clone)]
#[must_use]
pub struct Refusals(Arc<Shared>);

struct Shared {
    keeps_bodies: bool,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// The newest first.
    last: VecDeque<Arc<Refusal>>,
    newest: u64,
    tally: Tally,
}

impl Refusals {
    /// Makes an empty list that keeps bodies.
    pub fn new() -> Self {
        Self(Arc::new(Shared { keeps_bodies: true, kept: Mutex::default() }))
    }

    /// Makes an empty list that keeps neither bodies nor headers.
    pub fn without_bodies() -> Self {
        Self(Arc::new(Shared { keeps_bodies: false, kept: Mutex::default() }))
    }

    /// Returns the last rejections, the newest first. Duplicates are only counted.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Refusal>> {
        self.lock().last.iter().cloned().collect()
    }

    /// Returns one of the last rejections.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Arc<Refusal>> {
        self.lock().last.iter().find(|kept| kept.number == number).cloned()
    }

    /// Counts the rejections and the duplicates since this time, for each endpoint, each reason and
    /// each interval of this width. Five minutes are the smallest part that is known. For each
    /// endpoint and reason, the last 2016 parts with a rejection are kept, which is a week at least. Intervals without a rejection are left out.
    #[must_use]
    pub fn counts(&self, since: SystemTime, width: Duration) -> Vec<RefusalCount> {
        self.lock().tally.counts(since, width)
    }

    /// Keeps a rejection. Returns its number, if it is in the list.
    pub(super) fn note(&self, rejected: &Rejected<'_>) -> Option<u64> {
        let now = SystemTime::now();
        let is_listed = rejected.name != DUPLICATE;
        let refusal = is_listed.then(|| Refusal::of(rejected, now, self.0.keeps_bodies));
        let mut kept = self.lock();
        kept.tally.add(now, rejected.endpoint, rejected.name);
        let mut refusal = refusal?;
        kept.newest += 1;
        let number = kept.newest;
        refusal.number = number;
        kept.last.push_front(Arc::new(refusal));
        let removed = if kept.last.len() > MOST { kept.last.pop_back() } else { None };
        // Its memory is freed after the lock, because every rejected request takes the lock.
        drop(kept);
        drop(removed);
        Some(number)
    }

    pub(super) fn add_verdict(&self, number: u64, verdict: String, advice: String) {
        let mut kept = self.lock();
        if let Some(refusal) = kept.last.iter_mut().find(|kept| kept.number == number) {
            // A copy only if a reader of the list still holds it.
            let refusal = Arc::make_mut(refusal);
            (refusal.verdict, refusal.advice) = (Some(verdict), Some(advice));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Refusals {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusals").field("length", &self.lock().last.len()).finish_non_exhaustive()
    }
}

/// The name of the reason of a duplicate.
pub(super) const DUPLICATE: &str = "duplicate";

const MOST: usize = 100;

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::explain::refusal::{LONGEST_BODY, LONGEST_HEADERS};

    fn note(refusals: &Refusals, name: &'static str, body: &Bytes) -> Option<u64> {
        let headers = [("x".to_owned(), "é".repeat(LONGEST_HEADERS))];
        let (endpoint, status) = ("e", 401);
        let (reason, body) = (&fmt::Error, Some(body));
        refusals.note(&Rejected { endpoint, name, reason, status, headers: &headers, body })
    }

    #[test]
    fn keeps_the_last_ones_and_only_their_start() {
        let (refusals, body) = (Refusals::new(), Bytes::from(vec![b'a'; 1 << 20]));
        for _ in 0..250 {
            note(&refusals, "mismatch", &body);
        }
        assert_eq!(note(&refusals, DUPLICATE, &body), None);
        let list = refusals.list();
        assert_eq!((list.len(), list[0].number, list[99].number), (100, 250, 151));
        assert_eq!(list[0].body.as_ref().map(Bytes::len), Some(LONGEST_BODY));
        assert_eq!(list[0].body_length, 1 << 20);
        assert!(list[0].headers[0].1.len() < LONGEST_HEADERS);
        refusals.add_verdict(250, "cause".to_owned(), "advice".to_owned());
        refusals.add_verdict(1, "forgotten".to_owned(), String::new());
        assert_eq!(refusals.get(250).unwrap().verdict.as_deref(), Some("cause"));
        // The list that was read before has not changed, and reading copies nothing.
        assert!(list[0].verdict.is_none() && Arc::ptr_eq(&list[1], &refusals.get(249).unwrap()));
        assert!(refusals.get(1).is_none());
        let counts: Vec<_> = refusals
            .counts(SystemTime::UNIX_EPOCH, Duration::MAX)
            .into_iter()
            .map(|count| (count.reason, count.number))
            .collect();
        assert_eq!(counts, [("duplicate", 1), ("mismatch", 250)]);

        let bare = Refusals::without_bodies();
        note(&bare, "mismatch", &body);
        assert!(bare.list()[0].body.is_none() && bare.list()[0].headers.is_empty());
    }
}
