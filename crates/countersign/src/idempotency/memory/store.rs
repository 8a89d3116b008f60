//! The store and its limits.

use std::{
    fmt,
    time::{Duration, Instant},
};

use bytes::Bytes;

use super::{
    super::{Claim, IdempotencyKey, Lease, Settled, Store, StoreError},
    clock::{Clock, Moment},
    digest::{Digest, Digester},
    limits::Limits,
    lock::Lock,
    shard::{Full, Shard},
};

/// A [`Store`] in the memory of one process.
///
/// Use it if one process receives all deliveries of an endpoint, or if an occasional duplicate does
/// no harm. Share the store among tasks as an [`Arc`](std::sync::Arc) or a
/// [`SharedStore`](super::super::SharedStore). Several processes need another store, which they
/// share.
///
/// Guarantees:
/// 1. if any number of tasks and threads claim a free event at once, one of them gets
///    [`Claim::Fresh`];
/// 2. a claim is not forgotten before its lease has run out;
/// 3. if all events have the same ttl, a completed event is known until its ttl runs out, unless
///    as many other events as the [`capacity`](Self::capacity) are claimed after it;
/// 4. memory is bounded, whatever senders send;
/// 5. times are measured by a monotonic clock;
/// 6. a call waits only for a lock. The lock is usually held for less than a microsecond, for less
///    than a millisecond while a shard is tidied, and never across an `await`. There is no
///    background task.
///
/// # Defaults
///
/// The store has a [`capacity`](Self::capacity) of 1,000,000 events, which take about 35 MB when
/// they are done, and a [`note_space`](Self::note_space) of 64 MiB.
/// [`Idempotency`](super::super::Idempotency) sets the lease (60 s) and the ttl (24 h).
///
/// # Errors
///
/// `claim` and `complete` return a [`StoreError`] if every place is taken by an event in progress.
/// No other call fails. [`Idempotency`](super::super::Idempotency) answers a claim that fails with
/// 503 and `Retry-After: 5` (seconds), and repeats a completion that fails for up to the length of
/// a lease.
///
/// # Forgotten events
///
/// When the process ends, everything is forgotten: an event that is delivered again after a restart
/// is handled again.
///
/// Expired entries are forgotten when their places are needed. When every place is taken, the
/// completed events that expire first are forgotten; if all events have the same ttl, these are the
/// events that were completed first. Events are spread over shards at random, and each shard
/// forgets a sixteenth of its own events at a time, so this order is exact only to a few per cent.
/// Claims in progress are never forgotten to make room.
///
/// Notes have a space of their own. When it is full, the notes of the events that expire first are
/// forgotten. Those events stay done, without a note.
///
/// # Security
///
/// Keys are kept as digests of 128 bits under a random key of each store, so a sender can neither
/// fill one shard on purpose nor make two ids collide. A sender that can sign deliveries for one
/// endpoint can push out the completed events of other endpoints: if the senders of two endpoints
/// do not trust each other, give each endpoint a store of its own.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use bytes::Bytes;
/// use countersign::idempotency::{Claim, IdempotencyKey, Lease, MemoryStore, Settled, Store};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// const MINUTE: Duration = Duration::from_secs(60);
/// const DAY: Duration = Duration::from_secs(24 * 60 * 60);
///
/// let store = MemoryStore::new();
/// let delivery = || Lease::new(IdempotencyKey::builder("stripe").event_type(None).id("evt_1"));
///
/// let first = delivery();
/// assert_eq!(store.claim(&first, MINUTE).await?, Claim::Fresh);
/// let second = delivery();
/// assert!(matches!(store.claim(&second, MINUTE).await?, Claim::InProgress { .. }));
///
/// assert_eq!(store.complete(&first, DAY, Bytes::from("200")).await?, Settled::Applied);
/// assert_eq!(store.claim(&second, MINUTE).await?, Claim::Done { note: Bytes::from("200") });
/// # Ok(())
/// # }
/// ```
///
/// Guide: [each event once][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html
pub struct MemoryStore {
    shards: Box<[Lock<Shard>]>,
    capacity: usize,
    /// Bytes of all notes.
    note_space: usize,
    digester: Digester,
    clock: Clock,
}

impl MemoryStore {
    /// Makes an empty store for 1,000,000 events and 64 MiB of notes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shards: shards(CAPACITY),
            capacity: CAPACITY,
            note_space: NOTE_SPACE,
            digester: Digester::new(),
            clock: Clock::new(Instant::now),
        }
    }

    /// Sets how many events are known at a time, done or in progress. Default: 1,000,000. The
    /// number 0 counts as 1. The store is empty afterwards.
    ///
    /// Choose somewhat more events than come within one ttl: a million in 24 hours is eleven per
    /// second. A million completed events take some 35 MB. Memory grows with the number of events,
    /// and is freed again as other events arrive. An event in progress takes some 100 bytes instead
    /// of 35.
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self.shards = shards(self.capacity);
        self
    }

    /// Sets how many bytes all notes may take. Default: 64 MiB.
    ///
    /// Each shard has an equal part of this space, and there is a shard for each 12,500 events of
    /// the capacity. A note that is longer than its shard's part is not kept. By default, this
    /// applies to notes longer than 838 KB.
    #[must_use]
    pub fn note_space(mut self, bytes: usize) -> Self {
        self.note_space = bytes;
        self
    }

    /// Sets the clock, for tests of leases and ttls that run out. Times count from this call; an
    /// earlier time counts as the time of this call.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use std::time::{Duration, Instant};
    ///
    /// use countersign::idempotency::{Claim, IdempotencyKey, Lease, MemoryStore, Store};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// const MINUTE: Duration = Duration::from_secs(60);
    ///
    /// let now = Arc::new(Mutex::new(Instant::now()));
    /// let clock = Arc::clone(&now);
    /// let store = MemoryStore::new().clock(move || *clock.lock().unwrap());
    ///
    /// let delivery = || Lease::new(IdempotencyKey::builder("stripe").event_type(None).id("evt_1"));
    /// assert_eq!(store.claim(&delivery(), MINUTE).await?, Claim::Fresh);
    /// *now.lock().unwrap() += MINUTE;
    /// assert_eq!(store.claim(&delivery(), MINUTE).await?, Claim::Fresh);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn clock(mut self, now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Runs `act` on the event's shard, under the shard's lock.
    fn with<R>(
        &self,
        key: &IdempotencyKey,
        act: impl FnOnce(&mut Shard, Digest, Moment) -> R,
    ) -> R {
        let digest = self.digester.digest(key);
        // The clock is read under the lock, so that no entry is from a later time.
        self.shards[digest.place(self.shards.len())]
            .with(|shard| act(shard, digest, self.clock.now()))
    }

    fn limits(&self) -> Limits {
        let shards = self.shards.len();
        let part = self.capacity.div_ceil(shards);
        // Events are spread at random, so a shard can get more than its part. With an eighth more
        // places, it still remembers its part and six standard deviations more, even when it has
        // just forgotten a sixteenth of its events.
        let events = part + part / 8;
        Limits { events, notes: self.note_space / shards }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("capacity", &self.capacity)
            .field("note_space", &self.note_space)
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn claim(&self, lease: &Lease, length: Duration) -> Result<Claim, StoreError> {
        self.with(lease.key(), |shard, digest, now| {
            shard.claim(digest, lease.token(), now, length, self.limits())
        })
        .map_err(full)
    }

    async fn complete(
        &self,
        lease: &Lease,
        ttl: Duration,
        note: Bytes,
    ) -> Result<Settled, StoreError> {
        // A copy, because a slice would keep the whole buffer from which it was cut.
        let note = Bytes::copy_from_slice(&note);
        self.with(lease.key(), |shard, digest, now| {
            shard.complete(digest, lease.token(), now, ttl, note, self.limits())
        })
        .map_err(full)
    }

    async fn release(&self, lease: &Lease) -> Result<Settled, StoreError> {
        Ok(self.with(lease.key(), |shard, digest, now| shard.release(digest, lease.token(), now)))
    }

    async fn forget(&self, key: &IdempotencyKey) -> Result<bool, StoreError> {
        Ok(self.with(key, |shard, digest, now| shard.forget(digest, now)))
    }
}

fn shards(capacity: usize) -> Box<[Lock<Shard>]> {
    let shards = capacity.div_ceil(EVENTS_OF_A_SHARD).min(MOST_SHARDS);
    (0..shards).map(|_| Lock::new(Shard::default())).collect()
}

fn full(_: Full) -> StoreError {
    StoreError::new("every place is taken by an event in progress")
}

const CAPACITY: usize = 1_000_000;
const NOTE_SPACE: usize = 64 * 1024 * 1024;

/// Events for each shard. A shard has room for an eighth more, and then just fits a table of 2^14
/// places, of which 14 of 16 can be taken. Doubling a smaller table, or forgetting a sixteenth,
/// takes less than a millisecond.
const EVENTS_OF_A_SHARD: usize = 12_500;

/// Greatest number of shards, enough for 12.5 billion events. For a larger capacity, each shard
/// holds more.
const MOST_SHARDS: usize = 1_000_000;
