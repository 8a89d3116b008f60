//! The contract of an engine that keeps an inbox.

use std::{
    future::{Future, pending},
    sync::Arc,
    time::Duration,
};

use super::{Entry, Held, Settled, Stats, StoreError, Taken, Wanted};

/// The front half of an inbox: keeps a delivery before it is acknowledged.
///
/// Implement only this trait to hand deliveries to an engine that already has workers, such as a
/// queue or a workflow engine.
pub trait Accept: Send + Sync + 'static {
    /// Keeps a delivery. Returns only after the delivery would survive a crash of the process and
    /// of the machine, because the provider does not send it again once it is answered.
    ///
    /// If the entry has a [key](Entry::key) that the engine already keeps, nothing is stored, and
    /// the result is [`Accepted::Duplicate`]. An entry without a key is always new. The look
    /// for the key and the insertion are one atomic step: of several entries with one key that
    /// arrive at the same time, exactly one is new.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach, full or read-only. The entry may
    /// have been kept: perhaps only the answer was lost.
    fn accept(&self, entry: &Entry) -> impl Future<Output = Result<Accepted, StoreError>> + Send;
}

/// Result of accepting a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// The delivery is kept, and will be handled.
    New,
    /// The event was kept before, for another delivery.
    Duplicate,
}

/// Keeps deliveries until they are handled.
///
/// A delivery is waiting, running, done or dead:
///
/// ```text
///            accept            take              finish
///   (new) ----------> waiting ------> running ----------> done
///                        ^               |
///                        | fail_until, release
///                        +---------------+
///                                        |  bury
///                                        +---------------> dead
/// ```
///
/// A delivery whose lease has run out is still running, and can be taken again.
///
/// Every engine must pass the suite of the feature `conformance`, which tests this contract. Times
/// are measured by the engine's own clock, so that the workers' clocks do not matter.
///
/// Rows that are done are the memory for duplicates. An engine removes such a row only after its
/// own setting `keep_for` has passed, and keeps dead rows until an operator decides.
pub trait InboxStore: Accept {
    /// Takes deliveries that are due: all of them up to [`Wanted::most`], the longest due first,
    /// and in the order of their acceptance if they became due at the same time. A delivery is due
    /// when it is new, when its retry is due, or when the lease of its last attempt has run out. No
    /// delivery is given to two workers at the same time, and none of an endpoint that is not
    /// wanted.
    ///
    /// The attempt is counted now, so that an attempt that kills the process counts. A delivery
    /// that already had [`Wanted::attempts`] attempts is taken without being counted, and
    /// [`Taken::is_exhausted`] is true: its last attempt vanished, or fewer attempts are allowed
    /// than before. The worker then buries it.
    ///
    /// If an attempt ends its process, the other attempts in that process vanish, too. Of the
    /// deliveries whose last two attempts vanished, an engine should therefore give out one at a
    /// time.
    ///
    /// A worker that stops drops the future: deliveries that were taken for nobody should be due
    /// again at once, and are due at the latest when their lease has run out.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn take(&self, wanted: &Wanted) -> impl Future<Output = Result<Vec<Taken>, StoreError>> + Send;

    /// Holds a delivery for a time of `lease` from now. Returns [`Settled::LeaseLost`] if another
    /// attempt has taken it, or if it is no longer running.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn extend(
        &self,
        held: &Held,
        lease: Duration,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Marks a delivery as done.
    ///
    /// If the lease has run out and no other attempt has taken the delivery since, it also becomes
    /// done, because it was handled. If another attempt has taken it, nothing is changed, and the
    /// result is [`Settled::LeaseLost`]. This holds for [`fail_until`](Self::fail_until),
    /// [`bury`](Self::bury) and [`release`](Self::release), too.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn finish(&self, held: &Held) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Puts a delivery back, due after `delay`. The reason is kept with the attempt, for operators.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Marks a delivery as dead: it is kept, and is not taken again.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn bury(
        &self,
        held: &Held,
        reason: &str,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Puts a delivery back, due at once, as if it had not been taken: the attempt does not count.
    /// A worker that stops calls it.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach. The delivery is due when its lease
    /// has run out.
    fn release(&self, held: &Held) -> impl Future<Output = Result<Settled, StoreError>> + Send;

    /// Counts the deliveries of each endpoint that are not done.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn stats(&self) -> impl Future<Output = Result<Vec<Stats>, StoreError>> + Send;

    /// Waits until a delivery may have become due, so that a worker that has nothing to do need not
    /// ask. An early return does no harm. A worker also asks at intervals, so the default, which
    /// never returns, makes deliveries late but loses none.
    fn wait_until_due(&self) -> impl Future<Output = ()> + Send {
        pending()
    }
}

/// An engine that keeps the order of deliveries about one object.
///
/// [`take`](InboxStore::take) returns a delivery whose entry has an [object](Entry::object) only if
/// no earlier delivery of the same endpoint and object is waiting or running. Done, dead and
/// discarded deliveries do not hold others back. Deliveries without an object are not held back.
pub trait SerialInbox: InboxStore {
    /// Returns the greatest [version](Entry::version) of the object's deliveries that are done.
    ///
    /// # Errors
    ///
    /// Returns a [`StoreError`] if the engine is out of reach.
    fn newest_done(
        &self,
        endpoint: &str,
        object: &str,
    ) -> impl Future<Output = Result<Option<i64>, StoreError>> + Send;
}

impl<S: Accept> Accept for Arc<S> {
    fn accept(&self, entry: &Entry) -> impl Future<Output = Result<Accepted, StoreError>> + Send {
        S::accept(self, entry)
    }
}

impl<S: InboxStore> InboxStore for Arc<S> {
    fn take(&self, wanted: &Wanted) -> impl Future<Output = Result<Vec<Taken>, StoreError>> + Send {
        S::take(self, wanted)
    }

    fn extend(
        &self,
        held: &Held,
        lease: Duration,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::extend(self, held, lease)
    }

    fn finish(&self, held: &Held) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::finish(self, held)
    }

    fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::fail_until(self, held, delay, reason)
    }

    fn bury(
        &self,
        held: &Held,
        reason: &str,
    ) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::bury(self, held, reason)
    }

    fn release(&self, held: &Held) -> impl Future<Output = Result<Settled, StoreError>> + Send {
        S::release(self, held)
    }

    fn stats(&self) -> impl Future<Output = Result<Vec<Stats>, StoreError>> + Send {
        S::stats(self)
    }

    fn wait_until_due(&self) -> impl Future<Output = ()> + Send {
        S::wait_until_due(self)
    }
}

impl<S: SerialInbox> SerialInbox for Arc<S> {
    fn newest_done(
        &self,
        endpoint: &str,
        object: &str,
    ) -> impl Future<Output = Result<Option<i64>, StoreError>> + Send {
        S::newest_done(self, endpoint, object)
    }
}
