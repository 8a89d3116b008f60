//! A server that goes away and comes back.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use countersign::inbox::{Accept, Accepted, Inbox};
use countersign_tests::wait_until;
use tokio::sync::Notify;

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_goes_on_after_the_server_was_away() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let (engine, stop) = (inbox(&postgres).await?, Arc::new(Notify::new()));
    let (handled, stopped) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&stop));
    let count = Arc::clone(&handled);
    let worker = Inbox::new(engine.clone()).poll_interval(Duration::from_millis(100)).worker(
        &verifier(),
        move |_| {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok(()) }
        },
    );
    let worker = tokio::spawn(worker.run_until(async move { stopped.notified().await }));
    assert_eq!(engine.accept(&entry("before")).await?, Accepted::New);
    let is_handled = |times| wait_until(|| handled.load(Ordering::SeqCst) == times);
    assert!(tokio::task::block_in_place(|| is_handled(1)));
    tokio::task::block_in_place(|| postgres.stop())?;
    assert!(engine.accept(&entry("during")).await.is_err());
    tokio::task::block_in_place(|| postgres.start_again())?;
    let mut tries = 0;
    while let Err(error) = engine.accept(&entry("after")).await {
        tries += 1;
        assert!(tries < 100, "{error:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(tokio::task::block_in_place(|| is_handled(2)));
    stop.notify_one();
    worker.await?;
    Ok(())
}
