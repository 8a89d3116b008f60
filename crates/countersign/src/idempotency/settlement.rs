//! Completes or releases a claimed event after its handler has answered, for the middleware of all
//! frameworks.

use super::{ClaimGuard, KeptAnswer, claim_guard::Stage, note::encode};

impl ClaimGuard {
    /// Notes whether the event was handled. `settle`, or dropping the guard, then completes or
    /// releases the event.
    pub(super) fn after(mut self, was_handled: bool) -> Self {
        self.stage = if was_handled { Stage::Handled } else { Stage::Working };
        self
    }

    /// Completes the event if it was handled, and keeps the answer with it; otherwise releases the
    /// event.
    pub(super) async fn settle(self, answer: Option<&KeptAnswer>) {
        if self.stage == Stage::Handled {
            let note = answer.zip(self.digest).map(|(answer, digest)| encode(answer, &digest));
            let note = note.unwrap_or_default();
            // A failure is logged, and a task tries again.
            drop(self.complete_with(note).await);
        } else {
            self.release().await;
        }
    }

    /// Returns true if an answer of this many bytes must be kept for duplicates.
    pub(super) fn keeps(&self, length: Option<u64>) -> bool {
        let longest = self.lease.as_ref().and(self.digest).and(self.idempotency.longest_answer);
        let longest = longest.and_then(|bytes| u64::try_from(bytes).ok());
        longest.zip(length).is_some_and(|(longest, length)| length <= longest)
    }
}
