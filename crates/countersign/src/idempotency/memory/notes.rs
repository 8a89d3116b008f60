//! What is kept with events that are done.

use bytes::Bytes;

use super::{
    clock::Moment,
    digest::Digest,
    limits::Limits,
    table::{Entry, Table},
};

/// Apart from the events, so that one without a note does not pay for it.
#[derive(Default)]
pub(super) struct Notes {
    table: Table<Bytes>,
    /// In bytes.
    size: usize,
}

impl Notes {
    /// The note of an event that is done, empty if none is kept.
    pub(super) fn get(&self, digest: Digest, now: Moment) -> Bytes {
        self.table.get(digest, now).cloned().unwrap_or_default()
    }

    /// Keeps a note instead of a former one. Those that would be over first make room.
    pub(super) fn insert(
        &mut self,
        digest: Digest,
        note: Bytes,
        now: Moment,
        end: Moment,
        limits: Limits,
    ) {
        self.remove(digest);
        if note.is_empty() || size(&note) > limits.notes {
            return;
        }
        while self.size + size(&note) > limits.notes {
            let some = (self.table.len() / 16).max(1);
            let forgotten = self.table.forget_first(some, limits.events);
            self.forget(&forgotten);
        }
        let over = self.table.tidy(now, limits.events);
        self.forget(&over);
        self.size += size(&note);
        self.table.insert(digest, end, note);
    }

    /// Removes the note of an event, if one is kept.
    pub(super) fn remove(&mut self, digest: Digest) {
        if let Some(former) = self.table.remove(digest) {
            self.size -= size(&former);
        }
    }

    fn forget(&mut self, forgotten: &[Entry<Bytes>]) {
        self.size -= forgotten.iter().map(|entry| size(&entry.kept)).sum::<usize>();
    }
}

/// With what it takes to keep it: some allocator's share, and a place of which half are free.
fn size(note: &Bytes) -> usize {
    note.len() + 2 * size_of::<Entry<Bytes>>()
}
