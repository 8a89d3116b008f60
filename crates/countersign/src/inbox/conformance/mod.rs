//! Tests that every inbox must pass.
//!
//! Use the suite if you write an inbox engine: your test calls it in a few lines. Enable the
//! features for tests only: `cargo add --dev countersign --features inbox,conformance`.
//!
//! [`check`] tests the rules of every [`InboxStore`]. Its report names each broken rule in these
//! words:
//! 1. a delivery is new once, and is taken once;
//! 2. an event that is kept is a duplicate in every state;
//! 3. a delivery without a key is always new;
//! 4. keys that differ in one character are different;
//! 5. a request is kept byte for byte;
//! 6. the delivery that is due for the longest time is taken first;
//! 7. only what is wanted is taken;
//! 8. a delivery is held until its lease runs out;
//! 9. a lease that is extended lasts longer;
//! 10. an attempt that lost its lease changes nothing;
//! 11. an attempt is settled after its work, even if its lease ran out;
//! 12. an attempt is counted when it is taken;
//! 13. a delivery that has had all its attempts is exhausted;
//! 14. a delivery that is released is due at once, and its attempt does not count;
//! 15. a retry is due after its delay;
//! 16. a delivery that is done or dead is not taken again;
//! 17. one of 64 deliveries of an event at the same time is new;
//! 18. each of 1,000 deliveries that are raced for is taken once;
//! 19. a call that is dropped loses no delivery;
//! 20. a wait for deliveries holds none back;
//! 21. no duration is too short or too long;
//! 22. deliveries are counted by endpoint and state;
//! 23. `late` is the time since a delivery became due.
//!
//! [`check_serial`] tests the rules of a [`SerialInbox`]:
//! 1. deliveries about one object are taken in their order, one at a time;
//! 2. a delivery holds back only its own object;
//! 3. a delivery that is dead holds back no other;
//! 4. deliveries without an object are not held back;
//! 5. 64 workers at the same time keep the order;
//! 6. the newest version is the greatest that is done.
//!
//! [`check_history`] tests the rules of an [`InboxHistory`]:
//! 1. rows are listed page by page, the newest first;
//! 2. a filter fits only the rows that it describes;
//! 3. a row describes its delivery;
//! 4. the attempts that ended are kept with their reasons;
//! 5. a replayed delivery has all its attempts again;
//! 6. a delivery that is running is not replayed;
//! 7. only a delivery that is waiting is retried, and its attempts go on;
//! 8. only a delivery that is waiting or dead is discarded;
//! 9. only old rows that are done or discarded are pruned;
//! 10. only a delivery that is waiting or dead is marked as done, with a reason;
//! 11. deliveries are counted by endpoint and time of receipt;
//! 12. deliveries that were removed are still counted.
//!
//! The suite cannot test that a delivery survives a crash. It does not test what the contract
//! leaves open, such as whether [`extend`](InboxStore::extend) holds a delivery again whose lease
//! ran out.
//!
//! The suite runs in real time. If a lease or a delay must run out, the suite uses 30 ms, and waits
//! until the delivery is due. An engine must therefore count in milliseconds. [`check_with_clock`]
//! and its like are for engines whose clock can be set; they also test lengths of hours. Let such a
//! clock begin at the real time, because deliveries are received at the real time.
//!
//! An engine that removes old rows by itself must keep them for at least five hours here.
//!
//! The suite needs tokio's multi-thread runtime, because tasks on one thread do not run at the same
//! time.
//!
#![doc = include_str!("example.md")]

mod accepts;
mod attempts;
mod counts;
mod dropped;
mod durations;
mod history;
mod keys;
mod leases;
mod order;
mod races;
mod requests;
mod samples;
mod serial;
mod settled;
mod suite;
mod trial;

#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use self::suite::Suite;
use super::{InboxHistory, InboxStore, SerialInbox};

/// An inbox in memory, for the unit tests of this crate.
#[cfg(test)]
pub(crate) use tests::MemoryInbox;

/// Checks that an inbox obeys the rules, in real time.
///
/// `make` makes an empty inbox. It is called once for each rule.
///
/// # Panics
///
/// Panics if a rule is broken, with a message that names each broken rule and the result that was
/// seen. Panics on a current-thread runtime.
pub async fn check<S: InboxStore, F: Future<Output = S>>(make: impl Fn() -> F) {
    Suite::new(make).run().await.report();
}

/// Checks an inbox whose clock can be set, by the same rules as [`check`]. `pass` gets a duration,
/// and must let that time pass for all inboxes that `make` made.
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_with_clock<S: InboxStore, F: Future<Output = S>>(
    make: impl Fn() -> F,
    pass: impl Fn(Duration) + Send + Sync + 'static,
) {
    Suite::new(make).with_clock(pass).run().await.report();
}

/// Checks that an inbox keeps the order of deliveries about one object, in real time. Call
/// [`check`], too.
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_serial<S: SerialInbox, F: Future<Output = S>>(make: impl Fn() -> F) {
    Suite::new(make).run_serial().await.report();
}

/// Checks an inbox whose clock can be set, by the same rules as [`check_serial`]. `pass` is that
/// of [`check_with_clock`].
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_serial_with_clock<S: SerialInbox, F: Future<Output = S>>(
    make: impl Fn() -> F,
    pass: impl Fn(Duration) + Send + Sync + 'static,
) {
    Suite::new(make).with_clock(pass).run_serial().await.report();
}

/// Checks the history of an inbox, in real time. Call [`check`], too.
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_history<S: InboxHistory, F: Future<Output = S>>(make: impl Fn() -> F) {
    Suite::new(make).run_history().await.report();
}

/// Checks an inbox whose clock can be set, by the same rules as [`check_history`]. `pass` is that
/// of [`check_with_clock`].
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_history_with_clock<S: InboxHistory, F: Future<Output = S>>(
    make: impl Fn() -> F,
    pass: impl Fn(Duration) + Send + Sync + 'static,
) {
    Suite::new(make).with_clock(pass).run_history().await.report();
}
