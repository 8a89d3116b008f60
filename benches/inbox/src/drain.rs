//! The back half: deliveries that wait, and a delivery that arrives while the worker is idle.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Inbox};
use countersign_sqlite::SqliteInbox;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
};

use crate::deliveries::{deliveries, verifier};

/// Returns the number of deliveries per second that an empty handler gets.
pub(crate) async fn rate(count: usize) -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = SqliteInbox::open(folder.path().join("inbox.db")).await?;
    let mut accepts = JoinSet::new();
    for entry in deliveries(count) {
        let engine = engine.clone();
        accepts.spawn(async move { engine.accept(&entry).await.unwrap() });
    }
    accepts.join_all().await;
    let inbox = Inbox::new(engine).concurrency(128);
    let (left, done) = (Arc::new(AtomicUsize::new(count)), Arc::new(Notify::new()));
    let (counter, finished) = (Arc::clone(&left), Arc::clone(&done));
    let worker = inbox.worker(&verifier(), move |_| {
        if counter.fetch_sub(1, Relaxed) == 1 {
            finished.notify_one();
        }
        async { Ok(()) }
    });
    let start = Instant::now();
    // The worker stops after the results of its last attempts are stored.
    worker.run_until(async move { done.notified().await }).await;
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

/// Returns the median time from the commit of a delivery to the call of the handler, in
/// milliseconds, while nothing else is to be done.
pub(crate) async fn wait() -> Result<f64, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let engine = SqliteInbox::open(folder.path().join("inbox.db")).await?;
    let inbox = Inbox::new(engine.clone());
    let (began, mut calls) = mpsc::unbounded_channel();
    let worker = inbox.worker(&verifier(), move |_| {
        began.send(Instant::now()).unwrap();
        async { Ok(()) }
    });
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let task = tokio::spawn(worker.run_until(async move { stopped.notified().await }));
    let mut waits = Vec::new();
    for entry in deliveries(100) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        engine.accept(&entry).await?;
        let kept = Instant::now();
        let called = calls.recv().await.ok_or("the worker has ended")?;
        waits.push(called.saturating_duration_since(kept));
    }
    stop.notify_one();
    task.await?;
    waits.sort_unstable();
    Ok(waits[waits.len() / 2].as_secs_f64() * 1e3)
}
