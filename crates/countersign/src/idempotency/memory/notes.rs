//! What is kept with events that are done.

use std::collections::VecDeque;

use bytes::Bytes;

/// Apart from the events, so that one without a note does not pay for it.
#[derive(Default)]
pub(super) struct Notes {
    /// In the order of their events.
    notes: VecDeque<Note>,
    size: usize,
}

struct Note {
    number: u32,
    text: Bytes,
}

impl Notes {
    /// Keeps a note with the event of this number, which is the newest; the oldest notes make room.
    pub(super) fn push(&mut self, number: u32, text: Bytes, space: usize) {
        if text.is_empty() || size(&text) > space {
            return;
        }
        while self.size + size(&text) > space {
            self.pop();
        }
        self.size += size(&text);
        self.notes.push_back(Note { number, text });
    }

    /// The note of an event, empty if none is kept. Numbers wrap; `first` is the oldest.
    pub(super) fn find(&self, number: u32, first: u32) -> Bytes {
        let age = |number: u32| number.wrapping_sub(first);
        let found = self.notes.binary_search_by_key(&age(number), |note| age(note.number));
        found
            .ok()
            .and_then(|at| self.notes.get(at))
            .map(|note| note.text.clone())
            .unwrap_or_default()
    }

    /// Forgets the note of the oldest event.
    pub(super) fn forget(&mut self, number: u32) {
        if self.notes.front().is_some_and(|note| note.number == number) {
            self.pop();
        }
    }

    fn pop(&mut self) {
        if let Some(note) = self.notes.pop_front() {
            self.size -= size(&note.text);
        }
    }
}

/// With what it takes to keep it.
fn size(text: &Bytes) -> usize {
    text.len() + 2 * size_of::<Note>()
}
