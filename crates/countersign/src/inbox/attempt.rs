//! One attempt to handle a delivery, as its handler sees it.

use std::fmt;

use tokio::sync::watch;

use super::RowId;

/// One attempt to handle a delivery.
///
/// On axum, a handler takes it as an extractor, with any state. A handler that also answers
/// handshakes takes `Option<Attempt>`, because those are not attempts. A handler of
/// [`Inbox::worker`](super::Inbox::worker) gets it from [`Received`](super::Received).
#[derive(Clone)]
pub struct Attempt {
    id: RowId,
    number: u32,
    lost: watch::Receiver<bool>,
}

impl Attempt {
    /// Makes an attempt, and the sender that reports the loss of its lease.
    pub(super) fn new(id: RowId, number: u32) -> (Self, watch::Sender<bool>) {
        let (sender, lost) = watch::channel(false);
        (Self { id, number, lost }, sender)
    }

    /// Returns the number of the delivery's row, which is the same for all its attempts.
    #[must_use]
    pub fn id(&self) -> RowId {
        self.id
    }

    /// Returns the number of the attempt, counted from 1.
    #[must_use]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Returns true if another worker may be handling the delivery, because the engine was out of
    /// reach for longer than the lease. The result of this attempt is then dropped.
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
            .field("id", &self.id.0)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}
