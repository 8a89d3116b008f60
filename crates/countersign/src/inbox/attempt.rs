//! One attempt to handle a delivery, as its handler sees it.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::watch;

use super::{Held, RowId};

/// One attempt to handle a delivery.
///
/// On axum, a handler takes it as an extractor, with any state. A handler that also answers
/// handshakes takes `Option<Attempt>`, because those are not attempts. A handler of
/// [`Inbox::worker`](super::Inbox::worker) gets it from [`Received`](super::Received).
#[derive(Clone)]
pub struct Attempt {
    held: Held,
    number: u32,
    lost: watch::Receiver<bool>,
    is_ended_by_handler: Arc<AtomicBool>,
}

impl Attempt {
    /// Makes an attempt, and the sender that reports the loss of its lease.
    pub(super) fn new(held: Held, number: u32) -> (Self, watch::Sender<bool>) {
        let (sender, lost) = watch::channel(false);
        (Self { held, number, lost, is_ended_by_handler: Arc::default() }, sender)
    }

    /// Returns the number of the delivery's row, which is the same for all its attempts.
    #[must_use]
    pub fn id(&self) -> RowId {
        self.held.id()
    }

    /// Returns the row, and the token of this attempt, for engines that end an attempt in a
    /// transaction of the handler.
    #[must_use]
    pub fn held(&self) -> &Held {
        &self.held
    }

    /// Notes that the handler ends this attempt in a transaction of its own. Engines call it. If
    /// the engine then answers [`Settled::LeaseLost`](super::Settled::LeaseLost) to the worker, the
    /// attempt counts as done. If the transaction was rolled back, the result of the handler counts
    /// as usual.
    pub fn note_end_in_transaction(&self) {
        self.is_ended_by_handler.store(true, Ordering::SeqCst);
    }

    /// Returns true if the handler may have ended this attempt itself.
    pub(super) fn is_ended_by_handler(&self) -> bool {
        self.is_ended_by_handler.load(Ordering::SeqCst)
    }

    /// Returns the number of the attempt, counted from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns true if the worker could not prolong the lease: another attempt may have taken the
    /// delivery, and the result of this one is then dropped. It is also true after a transaction of
    /// the handler has ended this attempt.
    #[must_use]
    pub fn is_lease_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Waits until the lease is lost, for handlers that stop their work then.
    pub async fn lease_lost(&self) {
        let mut lost = self.lost.clone();
        if lost.wait_for(|is_lost| *is_lost).await.is_err() {
            // The attempt has ended, and its lease was never lost: there is nothing to wait for.
            std::future::pending::<()>().await;
        }
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt")
            .field("id", &self.id().0)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
