//! Log lines that are written once in a while.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Counts of what happens to each provider.
pub(crate) struct Seldom(Mutex<BTreeMap<&'static str, u64>>);

impl Seldom {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(BTreeMap::new()))
    }

    /// Counts, and returns the count if it is to be logged: the first time, the second, the fourth,
    /// the eighth and so on.
    pub(crate) fn count(&self, provider: &'static str) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(provider).or_default();
        *count = count.saturating_add(1);
        count.is_power_of_two().then_some(*count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_of_each_power_of_two_for_each_provider() {
        let seldom = Seldom::new();
        let told: Vec<_> = (0..20).filter_map(|_| seldom.count("a")).collect();
        assert_eq!(told, [1, 2, 4, 8, 16]);
        assert_eq!(seldom.count("b"), Some(1));
    }
}
