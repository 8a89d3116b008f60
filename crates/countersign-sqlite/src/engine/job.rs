//! The jobs of a thread.

use countersign::inbox::StoreError;
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use super::Statements;

/// A job that waits in a queue.
pub(super) trait Job: Send {
    /// Returns true if nobody waits for the answer, and the job is only for its answer.
    fn is_given_up(&self) -> bool;

    /// Runs the job, and keeps its answer. If its transaction is rolled back, it can run again.
    fn run(&mut self, statements: &mut Statements<'_>) -> Result<(), StoreError>;

    /// Sends the answer, or the error of the commit.
    fn answer(self: Box<Self>, committed: Result<(), StoreError>);
}

/// A job made of closures.
pub(super) struct Task<A, N, T> {
    /// The work.
    pub(super) act: A,
    /// The work after the commit, before the answer is sent.
    pub(super) then: N,
    pub(super) result: Option<Result<T, StoreError>>,
    pub(super) reply: oneshot::Sender<Result<T, StoreError>>,
    pub(super) only_for_answer: bool,
    /// The job's place in the queue, if it needs one.
    pub(super) _place: Option<OwnedSemaphorePermit>,
}

impl<A, N, T> Job for Task<A, N, T>
where
    A: FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send,
    N: FnOnce(&T) + Send,
    T: Send,
{
    fn is_given_up(&self) -> bool {
        self.only_for_answer && self.reply.is_closed()
    }

    fn run(&mut self, statements: &mut Statements<'_>) -> Result<(), StoreError> {
        let result = (self.act)(statements).map_err(StoreError::new);
        let outcome = result.as_ref().map(|_| ()).map_err(Clone::clone);
        self.result = Some(result);
        outcome
    }

    fn answer(self: Box<Self>, committed: Result<(), StoreError>) {
        let Self { then, result, reply, .. } = *self;
        let answer = match (result, committed) {
            (Some(Ok(done)), Ok(())) => {
                then(&done);
                Ok(done)
            }
            (Some(Err(error)), _) | (_, Err(error)) => Err(error),
            // A job is answered only after it has run, or after an error.
            (None, Ok(())) => return,
        };
        // The caller may have gone. What was written stays, and deliveries that were taken for the
        // caller are put back when their `Haul` is dropped.
        let _ = reply.send(answer);
    }
}
