//! The last rejections, for operators.

use std::{
    cmp::Reverse,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use countersign_core::{__Rejected as Rejected, error::VerifyErrorKind};

use super::{
    places::Places,
    refusal::Refusal,
    tally::{RefusalCount, Tally},
};

/// The last rejections of the verifiers with
/// [`keep_refusals`](super::ExplainRefusals::keep_refusals), in memory. Clones share one list.
///
/// # Which rejections are kept
///
/// The list has 50 places for deliveries whose signature does not match, and 50 places for all
/// other reasons. If all 50 are taken, each new rejection removes an old one: of the reason with the
/// most rejections, within that reason of the endpoint with the most, and there the oldest one.
/// Examined deliveries count as a reason of their own.
///
/// So during a flood for one reason, or at one endpoint, every other reason and endpoint keeps its
/// newest rejections, up to an equal share of the places. A flood at 25 endpoints or more can push
/// out mismatches of other endpoints.
///
/// # Security
///
/// Nothing in it was verified, and anybody can fill it. The list and its counts take less than 4
/// MB, besides the names of the endpoints, which come from your application. A rejection is kept
/// with at most 1 KiB of its reason, and with 16 KiB of its body and 8 KiB of its headers if it is
/// examined. Only deliveries whose signature does not match are examined, at most one a second.
///
/// Only the headers that an examination reads are kept: those of signatures, and those that
/// describe the request. `Authorization` and cookies are not among them, unless the scheme has its
/// signature in them.
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
    mismatches: Places,
    others: Places,
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

    /// Returns the kept rejections, the newest first. They are shared and not copied, so a page of
    /// operators costs little. Duplicates are only counted.
    #[must_use]
    pub fn list(&self) -> Vec<Arc<Refusal>> {
        let mut list: Vec<_> = self.lock().iter().cloned().collect();
        list.sort_unstable_by_key(|refusal| Reverse(refusal.number));
        list
    }

    /// Returns one of the kept rejections.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Arc<Refusal>> {
        self.lock().iter().find(|kept| kept.number == number).cloned()
    }

    /// Counts the rejections and the duplicates since this time, for each endpoint, each reason and
    /// each interval of this width. Intervals without a rejection are left out.
    ///
    /// Numbers are known for each five minutes of the last day, and for each hour of the last week.
    /// If `since` is more than a day ago, the hour in which it lies is counted whole. Numbers that
    /// are older than a week can be missing.
    ///
    /// At most 500 pairs of an endpoint and a reason are counted apart. The rejections of more
    /// pairs are counted under the endpoint [`RefusalCount::OTHERS`], each with its reason. A pair
    /// without a rejection for a week gives its place to a new one.
    #[must_use]
    pub fn counts(&self, since: SystemTime, width: Duration) -> Vec<RefusalCount> {
        // A cheap copy: rejected requests do not wait for the sums.
        let tally = self.lock().tally.clone();
        tally.counts(since, width)
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
        let is_mismatch = refusal.is_examined || refusal.name == VerifyErrorKind::Mismatch.name();
        let places = if is_mismatch { &mut kept.mismatches } else { &mut kept.others };
        let removed = places.put(Arc::new(refusal));
        // Its memory is freed after the lock, because every rejected request takes the lock.
        drop(kept);
        drop(removed);
        Some(number)
    }

    pub(super) fn add_verdict(&self, number: u64, verdict: &str, advice: &str) {
        let mut kept = self.lock();
        // Only mismatches are examined.
        if let Some(refusal) = kept.mismatches.get_mut(number) {
            // A copy only if a reader of the list still holds it.
            Arc::make_mut(refusal).add_verdict(verdict, advice);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.0.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn iter(&self) -> impl Iterator<Item = &Arc<Refusal>> {
        self.mismatches.iter().chain(self.others.iter())
    }
}

impl Default for Refusals {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Refusals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusals")
            .field("length", &self.lock().iter().count())
            .finish_non_exhaustive()
    }
}

/// The name of the reason of a duplicate.
pub(super) const DUPLICATE: &str = "duplicate";

#[cfg(test)]
mod tests;
