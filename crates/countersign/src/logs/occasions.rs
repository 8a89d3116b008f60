//! Counts that decide which repeated log lines are written.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, PoisonError},
};

/// Counts for each of several names, by the hashes of the names.
pub(crate) struct Occasions(Mutex<BTreeMap<u64, u64>>);

impl Occasions {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Counts the name. Returns the count if a line must be written: for the counts 1, 2, 4, 8 and
    /// so on. After [`MOST`] names, all counts begin again.
    pub(crate) fn count(&self, name: impl Hash) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        name.hash(&mut hasher);
        let name = hasher.finish();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() == MOST && !counts.contains_key(&name) {
            counts.clear();
        }
        let count = counts.entry(name).or_default();
        *count = count.saturating_add(1);
        count.is_power_of_two().then_some(*count)
    }
}

/// Greatest number of names that are counted at once. Their counts take a few hundred KiB.
const MOST: usize = 10_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_a_bounded_number_of_counts() {
        let occasional = Occasions::new();
        assert!((0..3 * MOST).all(|name| occasional.count(name) == Some(1)));
        assert!(occasional.0.lock().unwrap().len() <= MOST);
    }

    #[test]
    fn returns_each_power_of_two_for_each_name() {
        let occasional = Occasions::new();
        let told: Vec<_> = (0..20).filter_map(|_| occasional.count("a")).collect();
        assert_eq!(told, [1, 2, 4, 8, 16]);
        assert_eq!(occasional.count("b"), Some(1));
    }
}
