//! Tests that every [`Store`] must pass.
//!
//! Use the suite if you write a store: your test calls it in one line. Enable the feature for tests
//! only: `cargo add --dev countersign --features conformance`.
//!
//! The suite checks these rules. Its report names each broken rule in these words:
//! 1. an event is free, then claimed, then done;
//! 2. `retry_after` is the time until the other lease runs out;
//! 3. a claim can be repeated with its lease;
//! 4. only the holder completes and releases;
//! 5. an expired lease is lost once another worker claims the event;
//! 6. an event is done after its work, even if its lease ran out;
//! 7. a completed event lasts for its ttl, and then is free;
//! 8. a note is kept byte for byte;
//! 9. keys that differ in one character are different;
//! 10. one of 64 claims at the same time gets Fresh;
//! 11. each of 1,000 events that are raced for is claimed once;
//! 12. a claim that is dropped leaves its event free or claimed;
//! 13. no duration is too short or too long;
//! 14. only an event that is done can be forgotten.
//!
//! The suite runs in real time. If a lease must run out, the suite uses a lease of 30 ms, and waits
//! until the store has ended it. [`check_with_clock`] is for stores whose clock can be set.
//!
//! The suite needs tokio's multi-thread runtime, because tasks on one thread do not run at the same
//! time.
//!
//! # Examples
//!
//! A small store, and its check. A store of yours connects to its server instead, with a prefix, a
//! table or a database that is empty for each rule.
//!
//! ```
//! use std::{collections::HashMap, sync::Mutex, time::{Duration, Instant}};
//!
//! use bytes::Bytes;
//! use countersign::idempotency::{
//!     Claim, IdempotencyKey, Lease, Settled, Store, StoreError, Token, conformance,
//! };
//!
//! #[derive(Default)]
//! struct MyStore(Mutex<HashMap<IdempotencyKey, (State, Option<Instant>)>>);
//!
//! enum State {
//!     Claimed(Token),
//!     Done(Bytes),
//! }
//!
//! /// Returns `None`, which means never, if the clock cannot represent the time.
//! fn after(length: Duration) -> Option<Instant> {
//!     Instant::now().checked_add(length)
//! }
//!
//! fn is_over(end: Option<Instant>) -> bool {
//!     end.is_some_and(|end| end <= Instant::now())
//! }
//!
//! impl Store for MyStore {
//!     async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
//!         let mut events = self.0.lock().unwrap();
//!         match events.get(lease.key()) {
//!             Some((State::Claimed(token), end)) if *token != lease.token() && !is_over(*end) => {
//!                 let left = |end: Instant| end.saturating_duration_since(Instant::now());
//!                 // Never zero: the lease may end between the two readings of the clock.
//!                 let retry_after = end.map_or(Duration::MAX, left).max(Duration::from_millis(1));
//!                 return Ok(Claim::InProgress { retry_after });
//!             }
//!             Some((State::Done(note), end)) if !is_over(*end) => {
//!                 return Ok(Claim::Done { note: note.clone() });
//!             }
//!             _ => {}
//!         }
//!         events.insert(lease.key().clone(), (State::Claimed(lease.token()), after(length)));
//!         Ok(Claim::Fresh)
//!     }
//!
//!     async fn complete(
//!         &self,
//!         lease: &Lease,
//!         ttl: Duration,
//!         note: Bytes,
//!     ) -> Result<Settled, StoreError> {
//!         let mut events = self.0.lock().unwrap();
//!         match events.get(lease.key()) {
//!             Some((State::Claimed(token), _)) if *token == lease.token() => {}
//!             Some((_, end)) if !is_over(*end) => return Ok(Settled::LeaseLost),
//!             _ => {}
//!         }
//!         events.insert(lease.key().clone(), (State::Done(note), after(ttl)));
//!         Ok(Settled::Applied)
//!     }
//!
//!     async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
//!         let mut events = self.0.lock().unwrap();
//!         match events.get(lease.key()) {
//!             Some((State::Claimed(token), _)) if *token == lease.token() => {
//!                 events.remove(lease.key());
//!             }
//!             Some((_, end)) if !is_over(*end) => return Ok(Settled::LeaseLost),
//!             _ => {}
//!         }
//!         Ok(Settled::Applied)
//!     }
//!
//!     async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
//!         let mut events = self.0.lock().unwrap();
//!         match events.get(key) {
//!             Some((State::Done(_), end)) if !is_over(*end) => {
//!                 events.remove(key);
//!                 Ok(true)
//!             }
//!             _ => Ok(false),
//!         }
//!     }
//! }
//!
//! // In a test of yours: `#[tokio::test(flavor = "multi_thread")]`.
//! #[tokio::main]
//! async fn main() {
//!     conformance::check(|| async { MyStore::default() }).await;
//! }
//! ```

mod durations;
mod expiry;
mod forgotten;
pub(crate) mod keys;
mod notes;
mod races;
mod states;
mod suite;
mod trial;

#[cfg(test)]
mod tests;

use std::{future::Future, time::Duration};

use self::suite::Suite;
use super::Store;

/// Checks that a store obeys the rules, in real time.
///
/// `make` makes a store over an empty space of keys. It is called once for each rule.
///
/// # Panics
///
/// Panics if a rule is broken, with a message that names each broken rule and the result that was
/// seen. Panics if the runtime has only one thread.
pub async fn check<S: Store, F: Future<Output = S>>(make: impl Fn() -> F) {
    check_with_clock(make, |_| {}).await;
}

/// Checks a store whose clock can be set, by the same rules as [`check`]. `pass` gets a duration,
/// and must let that time pass for all stores that `make` made.
///
/// # Panics
///
/// Panics as [`check`] does.
pub async fn check_with_clock<S: Store, F: Future<Output = S>>(
    make: impl Fn() -> F,
    pass: impl Fn(Duration) + Send + Sync + 'static,
) {
    let broken = Suite::new(make, pass).run().await;
    assert!(broken.is_empty(), "the store breaks rules:\n{}", broken.join("\n"));
}
