//! The store, and how much it holds.

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

/// Claims kept in the memory of one process.
///
/// Use it when one process receives all deliveries of an endpoint, or where a duplicate now and
/// then does no harm. Several processes need a store that they share.
///
/// What it guarantees:
/// 1. of any number of tasks and threads that claim an event at once, one is told
///    [`Claim::Fresh`];
/// 2. a claim is not forgotten before its lease has run out: if every place is taken by one,
///    claiming another event is a [`StoreError`], so that the provider sends that again later;
/// 3. an event that is done is known for its ttl, which is one for all, unless as many others as
///    the [`capacity`](Self::capacity) were claimed since;
/// 4. memory is bounded, whatever is sent;
/// 5. times are measured by a clock that does not jump;
/// 6. nothing waits but for a lock, which is held for less than a microsecond as a rule, for less
///    than a millisecond where a shard tidies up, and never across an await. There is no task in
///    the background.
///
/// It is shared as an [`Arc`](std::sync::Arc) or a [`SharedStore`](super::super::SharedStore).
///
/// # What is forgotten
///
/// Everything, when the process ends: what is delivered again across a restart is handled again.
///
/// What is over, when its place is needed. When every place is taken, some of what is done is
/// forgotten that would be over first: with one ttl for all, what was done longest ago. Events are
/// spread over shards by chance, and each shard forgets its own, a sixteenth at a time, so that
/// this holds up to some per cent. Claims in progress are not forgotten for others.
///
/// Notes have a space of their own: when that is full, the notes are forgotten whose events would
/// be over first. Those events stay done, without a note.
///
/// # Security
///
/// Keys are kept as digests of 128 bits under a key that is made for each store, so that senders
/// can neither aim at a shard nor make two ids meet. Who can sign deliveries for one endpoint can
/// push out what others have done: endpoints of senders that do not trust each other take a store
/// each.
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
pub struct MemoryStore {
    shards: Box<[Lock<Shard>]>,
    capacity: usize,
    /// In bytes.
    note_space: usize,
    digester: Digester,
    clock: Clock,
}

impl MemoryStore {
    /// An empty store for a million events and 64 MiB of notes.
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

    /// Sets how many events are known at a time, done or in progress; 1,000,000 unless set, one at
    /// least. The store is empty afterwards.
    ///
    /// What is done within one ttl, with some to spare, is right: a million in 24 hours is eleven a
    /// second. It takes some 35 MB when full, and nothing before; places are freed as others come.
    /// An event in progress takes some 100 bytes instead of 35.
    #[must_use]
    pub fn capacity(mut self, events: usize) -> Self {
        self.capacity = events.max(1);
        self.shards = shards(self.capacity);
        self
    }

    /// Sets how many bytes all notes may take; 64 MiB unless set.
    ///
    /// Each shard has an equal part of it, and there is a shard for 12,500 events of the capacity.
    /// A note that is longer than the part is not kept: 830 KB by default.
    #[must_use]
    pub fn note_space(mut self, bytes: usize) -> Self {
        self.note_space = bytes;
        self
    }

    /// Sets a clock, for tests of what runs out. Times are counted from this call on; a clock that
    /// goes back stands.
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

    /// Acts on the event's shard.
    fn with<R>(
        &self,
        key: &IdempotencyKey,
        act: impl FnOnce(&mut Shard, Digest, Moment) -> R,
    ) -> R {
        let digest = self.digester.digest(key);
        // The time is that of one's turn: what is seen there was not done later.
        self.shards[digest.place(self.shards.len())]
            .with(|shard| act(shard, digest, self.clock.now()))
    }

    fn limits(&self) -> Limits {
        let shards = self.shards.len();
        let part = self.capacity.div_ceil(shards);
        // They are spread by chance: room for six standard deviations more, when a sixteenth has
        // just been forgotten.
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
        // It may be a slice of something longer, which it would keep.
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

/// With an eighth more they just fit a table of 2^14 places, of which two are free of 16. To double
/// a smaller one, or to forget a sixteenth, takes less than a millisecond.
const EVENTS_OF_A_SHARD: usize = 12_500;

/// For 12 billion events; beyond, shards grow.
const MOST_SHARDS: usize = 1_000_000;
