//! Waiting for other processes.

use std::{
    thread,
    time::{Duration, Instant},
};

/// The time after which a test takes a server for hung. Even a busy machine answers in less, so
/// that no test fails because the machine is busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so. Returns whether it came to be so within [`PATIENCE`].
#[must_use]
pub fn wait_until(mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        // A loop without a pause takes the processor from what it waits for.
        thread::sleep(Duration::from_millis(10));
    }
    true
}
