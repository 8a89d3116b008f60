//! The bounds of a part of the events.

/// The most that a shard holds.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) events: usize,
    /// In bytes.
    pub(super) notes: usize,
}
