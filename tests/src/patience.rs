//! Waiting for other processes.

use std::{
    thread,
    time::{Duration, Instant},
};

/// The time after which a test gives up on a server. Even a busy machine answers sooner, so that no
/// test fails because the machine is busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until a condition holds. Returns whether it held within [`PATIENCE`].
#[must_use]
pub fn wait_until(mut is_so: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() > end {
            return false;
        }
        // A loop without a pause would take the processor from the process that it waits for.
        thread::sleep(Duration::from_millis(10));
    }
    true
}
