//! The end of a future that is polled once too often.

/// Panics, because a future was polled after it had returned its output.
#[cold]
#[track_caller]
pub(crate) fn polled_again() -> ! {
    panic!("a future of countersign was polled after it had completed")
}
