//! The notes of events that are done.

use bytes::Bytes;

use super::{
    clock::Moment,
    digest::Digest,
    limits::Limits,
    table::{Entry, Table},
};

/// Notes, kept apart from the events, so that an event without a note takes no space for one.
#[derive(Default)]
pub(super) struct Notes {
    table: Table<Bytes>,
    /// Bytes of all notes, as [`size`] counts them.
    size: usize,
}

impl Notes {
    /// Returns the note of an event that is done; empty if none is kept.
    pub(super) fn get(&self, digest: Digest, now: Moment) -> Bytes {
        self.table.get(digest, now).cloned().unwrap_or_default()
    }

    /// Keeps a note in place of a former one. If there is no space, the notes that expire first are
    /// removed.
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

/// Returns the bytes that a note takes: the note, and twice its entry, for the allocator's overhead
/// and for tables that are half empty.
fn size(note: &Bytes) -> usize {
    note.len() + 2 * size_of::<Entry<Bytes>>()
}
