//! The queue of a thread's jobs.

use std::{
    sync::{Arc, mpsc},
    thread,
};

use countersign::inbox::StoreError;
use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Location, Statements, Upkeep,
    job::{Job, Task},
    reader, writer,
};
use crate::error::EngineError;

/// Hands jobs to a thread. The thread ends once the last clone is dropped and all jobs are done.
#[derive(Clone)]
pub(crate) struct Queue {
    jobs: mpsc::Sender<Box<dyn Job>>,
    places: Arc<Semaphore>,
}

impl Queue {
    /// Starts the thread that writes to the file. Makes the file if there is none.
    pub(crate) async fn writer(
        location: Location,
        upkeep: Vec<Upkeep>,
    ) -> Result<Self, StoreError> {
        let open = move || location.writer();
        Self::start("countersign-write", open, |connection, jobs| {
            writer::run(&connection, &jobs, upkeep);
        })
        .await
    }

    /// Starts a thread that reads the file, while other threads may write to it.
    pub(crate) async fn reader(location: Location) -> Result<Self, StoreError> {
        let open = move || location.reader();
        Self::start("countersign-read", open, |connection, jobs| reader::run(&connection, &jobs))
            .await
    }

    async fn start(
        name: &str,
        open: impl FnOnce() -> Result<Connection, EngineError> + Send + 'static,
        run: impl FnOnce(Connection, mpsc::Receiver<Box<dyn Job>>) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, received) = mpsc::channel();
        let (reply, opened) = oneshot::channel();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || match open() {
                Ok(connection) => {
                    // The caller may have gone: then its half of the queue has gone, too.
                    let _ = reply.send(Ok(()));
                    run(connection, received);
                }
                Err(error) => {
                    let _ = reply.send(Err(error));
                }
            })
            .map_err(|source| StoreError::new(EngineError::Thread(source)))?;
        opened.await.map_err(|_| EngineError::ended())?.map_err(StoreError::new)?;
        Ok(Self { jobs, places: Arc::new(Semaphore::new(PLACES as usize)) })
    }

    /// Runs a job, even if the caller stops waiting for it. `then` runs after its commit.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.send(act, then, false).await
    }

    /// Runs a job whose answer is all that matters. It is left out if the caller has gone before.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
    ) -> Result<T, StoreError> {
        self.send(act, then, true).await
    }

    /// Runs a job for which nobody waits.
    pub(crate) fn post(
        &self,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<()> + Send + 'static,
        then: impl FnOnce(&()) + Send + 'static,
    ) {
        // If the thread has ended, nothing can be done.
        let _ = self.enqueue(act, then, false, None);
    }

    async fn send<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
        only_for_answer: bool,
    ) -> Result<T, StoreError> {
        let place = self.place(0).await?;
        self.run_at(place, act, then, only_for_answer).await
    }

    /// Waits for a place in the queue, for a job that holds so many bytes.
    pub(crate) async fn place(&self, bytes: usize) -> Result<OwnedSemaphorePermit, StoreError> {
        let places = u32::try_from(1 + bytes / BYTES_OF_A_PLACE).unwrap_or(u32::MAX);
        let place = Arc::clone(&self.places).acquire_many_owned(places.min(PLACES)).await;
        place.map_err(|_| EngineError::ended())
    }

    /// Runs a job that has its place. With `only_for_answer`, it is left out if the caller has gone
    /// before.
    pub(crate) async fn run_at<T: Send + 'static>(
        &self,
        place: OwnedSemaphorePermit,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
        only_for_answer: bool,
    ) -> Result<T, StoreError> {
        let answer = self.enqueue(act, then, only_for_answer, Some(place))?;
        answer.await.map_err(|_| EngineError::ended())?
    }

    fn enqueue<T: Send + 'static>(
        &self,
        act: impl FnMut(&mut Statements<'_>) -> rusqlite::Result<T> + Send + 'static,
        then: impl FnOnce(&T) + Send + 'static,
        only_for_answer: bool,
        place: Option<OwnedSemaphorePermit>,
    ) -> Result<oneshot::Receiver<Result<T, StoreError>>, StoreError> {
        let (reply, answer) = oneshot::channel();
        let task = Task { act, then, result: None, reply, only_for_answer, _place: place };
        self.jobs.send(Box::new(task)).map_err(|_| EngineError::ended())?;
        Ok(answer)
    }
}

/// Most jobs that wait in a queue. While a disk hangs, further callers wait outside of it, where
/// they cost no memory once they give up.
const PLACES: u32 = 1024;

/// A job with a larger body takes one more place for each of these parts.
const BYTES_OF_A_PLACE: usize = 64 * 1024;
