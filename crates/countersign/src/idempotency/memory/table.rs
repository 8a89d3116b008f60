//! A table of events that expire.

use hashbrown::{HashTable, hash_table::Entry as Place};

use super::{clock::Moment, digest::Digest};

/// Entries by the digest of their event. An expired entry stays until its place is needed.
pub(super) struct Table<T>(HashTable<Entry<T>>);

pub(super) struct Entry<T> {
    digest: Digest,
    pub(super) end: Moment,
    pub(super) kept: T,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(HashTable::new())
    }
}

impl<T> Table<T> {
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the value of an event, if the event has not expired.
    pub(super) fn get(&self, digest: Digest, now: Moment) -> Option<&T> {
        let entry = self.0.find(digest.hash(), |entry| entry.digest == digest)?;
        (entry.end > now).then_some(&entry.kept)
    }

    pub(super) fn find(&mut self, digest: Digest) -> Option<&mut Entry<T>> {
        self.0.find_mut(digest.hash(), |entry| entry.digest == digest)
    }

    pub(super) fn remove(&mut self, digest: Digest) -> Option<T> {
        let found = self.0.find_entry(digest.hash(), |entry| entry.digest == digest);
        found.ok().map(|entry| entry.remove().0.kept)
    }

    /// Adds an event, or replaces its entry.
    pub(super) fn insert(&mut self, digest: Digest, end: Moment, kept: T) {
        let entry = Entry { digest, end, kept };
        match self.0.entry(digest.hash(), |entry| entry.digest == digest, hash) {
            Place::Occupied(mut place) => *place.get_mut() = entry,
            Place::Vacant(place) => {
                place.insert(entry);
            }
        }
    }

    /// If there is no place for one more entry, forgets the expired ones, and makes places for 1.5
    /// times as many entries as remain, at most `limit`. Returns the forgotten entries.
    pub(super) fn tidy(&mut self, now: Moment, limit: usize) -> Vec<Entry<T>> {
        if self.0.len() < self.0.capacity() {
            return Vec::new();
        }
        self.forget_over(now, limit)
    }

    /// Forgets the expired entries. Returns them.
    pub(super) fn forget_over(&mut self, now: Moment, limit: usize) -> Vec<Entry<T>> {
        let (over, rest) = self.0.drain().partition(|entry| entry.end <= now);
        self.fill(rest, limit);
        over
    }

    /// Forgets the `count` entries that expire first. Returns them.
    pub(super) fn forget_first(&mut self, count: usize, limit: usize) -> Vec<Entry<T>> {
        let mut entries: Vec<_> = self.0.drain().collect();
        if count < entries.len() {
            entries.select_nth_unstable_by_key(count, |entry| entry.end);
            self.fill(entries.split_off(count), limit);
        }
        entries
    }

    /// Fills a new table, because a table does not get back all places of entries that are removed
    /// one by one.
    fn fill(&mut self, entries: Vec<Entry<T>>, limit: usize) {
        let places = (entries.len() + entries.len() / 2).min(limit).max(FEW);
        self.0 = HashTable::with_capacity(places);
        for entry in entries {
            self.0.insert_unique(entry.digest.hash(), entry, hash);
        }
    }
}

fn hash<T>(entry: &Entry<T>) -> u64 {
    entry.digest.hash()
}

/// Places of a new table.
const FEW: usize = 28;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{super::IdempotencyKey, digest::Digester},
        *,
    };

    fn digests() -> impl FnMut(u32) -> Digest {
        let digester = Digester::new();
        move |id| {
            digester.digest(&IdempotencyKey::builder("e").event_type(None).id(&id.to_string()))
        }
    }

    fn moment(seconds: u32) -> Moment {
        Moment::default().after(Duration::from_secs(seconds.into()))
    }

    #[test]
    fn forgets_those_first_that_would_be_over_first() {
        let (mut digest, mut table) = (digests(), Table::default());
        // The ends are in no order.
        for id in 0..100 {
            let end = id * 37 % 100;
            table.tidy(moment(0), 100);
            table.insert(digest(end), moment(end + 1), end);
        }
        let mut forgotten: Vec<_> =
            table.forget_first(30, 100).into_iter().map(|entry| entry.kept).collect();
        forgotten.sort_unstable();
        assert_eq!(forgotten, (0..30).collect::<Vec<_>>());
        for end in 0..100 {
            let known = (end >= 30).then_some(&end);
            assert_eq!(table.get(digest(end), moment(0)), known);
        }
        assert_eq!(table.forget_first(70, 100).len(), 70);
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn forgets_as_many_as_asked_for_of_those_with_one_end() {
        let (mut digest, mut table) = (digests(), Table::default());
        for id in 0..100 {
            table.insert(digest(id), moment(1), ());
        }
        assert_eq!(table.forget_first(30, 100).len(), 30);
        assert_eq!(table.len(), 70);
    }

    #[test]
    fn takes_no_more_memory_than_the_limit_asks_for() {
        let (mut digest, mut table) = (digests(), Table::default());
        let limit = 14_062;
        for id in 0..50_000 {
            if table.len() == limit {
                table.forget_first(limit / 16, limit);
            }
            table.tidy(moment(0), limit);
            table.insert(digest(id), moment(id + 1), ());
        }
        let bytes = table.0.allocation_size();
        assert!(bytes / 12_500 <= 33, "{bytes}");
    }

    #[test]
    fn grows_no_more_than_what_is_not_over_asks_for() {
        let (mut digest, mut table) = (digests(), Table::default());
        for id in 0..50_000 {
            table.tidy(moment(id), 50_000);
            table.insert(digest(id), moment(id + 100), ());
            if id % 2 == 0 {
                table.remove(digest(id));
            }
        }
        assert!(table.len() < 250, "{}", table.len());
    }
}
