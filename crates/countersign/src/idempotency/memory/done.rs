//! The events of a shard that are done.

use std::collections::VecDeque;

use bytes::Bytes;
use hashbrown::{HashTable, hash_table::Entry};

use super::{clock::Moment, digest::Digest, notes::Notes};

/// A queue in the order in which events were done, which is mostly that in which they are
/// forgotten, and an index of it.
///
/// Together 24 bytes for an event in the queue and 5 for its place in the index, of which an
/// eighth to a half are free.
#[derive(Default)]
pub(super) struct Done {
    events: VecDeque<Event>,
    /// The number of the oldest event. Numbers wrap.
    first: u32,
    /// Numbers. Of an event that was done twice, the second.
    index: HashTable<u32>,
    notes: Notes,
}

#[derive(Clone, Copy)]
struct Event {
    digest: Digest,
    end: Moment,
}

impl Done {
    pub(super) fn len(&self) -> usize {
        self.events.len()
    }

    /// The note of an event that is done and not over, empty if it has none.
    pub(super) fn find(&self, digest: Digest, now: Moment) -> Option<Bytes> {
        let event = |number: u32| self.events.get(place(number, self.first));
        let is_it = |number: &u32| event(*number).is_some_and(|event| event.digest == digest);
        let number = *self.index.find(digest.hash(), is_it)?;
        let is_over = event(number).is_none_or(|event| event.end <= now);
        (!is_over).then(|| self.notes.find(number, self.first))
    }

    /// Adds an event for which there is room among `limit`.
    pub(super) fn push(&mut self, digest: Digest, end: Moment, limit: usize) -> u32 {
        let Self { events, first, index, .. } = self;
        if events.len() == events.capacity() {
            // Doubles, but not beyond what will be needed.
            let doubled = (2 * events.len()).max(FEW).min(limit.max(events.len() + 1));
            events.reserve_exact(doubled - events.len());
        }
        // A shard has less than 2^32 events.
        let number = first.wrapping_add(events.len() as u32);
        events.push_back(Event { digest, end });
        let digest_of = |number: u32| events.get(place(number, *first)).map(|event| event.digest);
        let is_it = |number: &u32| digest_of(*number) == Some(digest);
        let hash = |number: &u32| digest_of(*number).map_or(0, Digest::hash);
        match index.entry(digest.hash(), is_it, hash) {
            Entry::Occupied(entry) => *entry.into_mut() = number,
            Entry::Vacant(entry) => {
                entry.insert(number);
            }
        }
        number
    }

    /// Keeps a note with the newest event.
    pub(super) fn note(&mut self, number: u32, note: Bytes, space: usize) {
        self.notes.push(number, note, space);
    }

    /// Forgets the oldest event; whether there was one.
    pub(super) fn pop(&mut self) -> bool {
        let Some(event) = self.events.pop_front() else {
            return false;
        };
        let number = self.first;
        self.first = number.wrapping_add(1);
        // Not there if the event was done again since.
        if let Ok(entry) = self.index.find_entry(event.digest.hash(), |found| *found == number) {
            entry.remove();
        }
        self.notes.forget(number);
        true
    }

    /// Forgets the oldest events if they are over: two, so that there is no long pause, and they
    /// go faster than others come.
    pub(super) fn tidy(&mut self, now: Moment) {
        for _ in 0..2 {
            if self.events.front().is_some_and(|event| event.end <= now) {
                self.pop();
            }
        }
    }
}

fn place(number: u32, first: u32) -> usize {
    number.wrapping_sub(first) as usize
}

/// Room to begin with.
const FEW: usize = 16;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{super::IdempotencyKey, digest::Digester},
        *,
    };

    #[test]
    fn finds_events_and_notes_while_numbers_wrap() {
        let digester = Digester::new();
        let digest = |id: u32| digester.digest(&IdempotencyKey::new("e", None, &id.to_string()));
        let (now, later) = (Moment::default(), Moment::default().after(Duration::from_secs(1)));
        let mut done = Done { first: u32::MAX - 5, ..Done::default() };
        for id in 0..40 {
            let number = done.push(digest(id), later, 10);
            done.note(number, id.to_string().into(), 1000);
            if id >= 10 {
                assert!(done.pop());
            }
            for known in id.saturating_sub(9)..=id {
                assert_eq!(done.find(digest(known), now).unwrap(), known.to_string());
                assert!(done.find(digest(known), later).is_none());
            }
            assert!(id < 10 || done.find(digest(id - 10), now).is_none());
        }
        while done.pop() {}
        assert_eq!((done.len(), done.index.len()), (0, 0));
    }

    #[test]
    fn takes_no_more_memory_than_the_limit_asks_for() {
        let digester = Digester::new();
        let mut done = Done::default();
        for id in 0..13_812 {
            let digest = digester.digest(&IdempotencyKey::new("e", None, &id.to_string()));
            done.push(digest, Moment::default(), 13_812);
        }
        let bytes = done.events.capacity() * size_of::<Event>() + done.index.allocation_size();
        assert!(bytes / 13_000 <= 32, "{bytes}");
    }
}
