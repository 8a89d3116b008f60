//! The limits of a shard.

/// The most events, and bytes of notes, that a shard holds.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) events: usize,
    /// Bytes of all notes.
    pub(super) notes: usize,
}
