//! Tests of the threads.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    task::Poll,
    time::Duration,
};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::{Location, Queue, Statements, Upkeep};

struct Fixture {
    directory: TempDir,
    queue: Queue,
}

impl Fixture {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let location = location(&directory);
        Self { directory, queue: Queue::writer(location, Vec::new()).await.unwrap() }
    }

    /// Inserts a row with this key. Returns the number of rows, as the transaction sees it.
    async fn put(&self, key: &'static str, bytes: usize) -> Result<i64, String> {
        let put = move |statements: &mut Statements<'_>| put(statements, key, bytes);
        self.queue.run(put, |_| {}).await.map_err(|error| format!("{error:?}"))
    }

    /// Returns the number of rows that were committed.
    fn committed(&self) -> i64 {
        let connection = Connection::open(&location(&self.directory).path).unwrap();
        count(&connection)
    }

    /// Executes a statement on the connection of the thread.
    async fn pragma(&self, sql: &'static str) {
        let execute =
            move |statements: &mut Statements<'_>| statements.connection().execute_batch(sql);
        self.queue.run(execute, |()| {}).await.unwrap();
    }
}

fn location(directory: &TempDir) -> Location {
    Location::new(&directory.path().join("file.db"), Duration::from_secs(5)).unwrap()
}

fn put(statements: &mut Statements<'_>, key: &str, bytes: usize) -> rusqlite::Result<i64> {
    statements.execute(
        "insert into countersign_claims (key, token, expires_at) values (?1, zeroblob(?2), 0)",
        params![key, i64::try_from(bytes).unwrap()],
    )?;
    Ok(count(statements.connection()))
}

fn count(connection: &Connection) -> i64 {
    let sql = "select count(*) from countersign_claims";
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Holds the thread until the returned sender is used, so that jobs come together.
fn hold(queue: &Queue) -> mpsc::Sender<()> {
    let (release, held) = mpsc::channel::<()>();
    let (started, begun) = mpsc::channel();
    let block = move |_: &mut Statements<'_>| {
        started.send(()).unwrap();
        held.recv().unwrap();
        Ok(())
    };
    queue.post(block, |()| {});
    begun.recv().unwrap();
    release
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_jobs_that_wait_together() {
    let fixture = Fixture::new().await;
    let release = hold(&fixture.queue);
    let path = location(&fixture.directory).path;
    let look = move |statements: &mut Statements<'_>| {
        Ok((put(statements, "c", 1)?, count(&Connection::open(&path).unwrap())))
    };
    let unblock = async { release.send(()).unwrap() };
    let (a, b, c, ()) = tokio::join!(
        fixture.put("a", 1),
        fixture.put("b", 1),
        fixture.queue.run(look, |_| {}),
        unblock,
    );
    // The last job sees three rows in its transaction, and none that is committed.
    assert_eq!((a.unwrap(), b.unwrap(), c.unwrap()), (1, 2, (3, 0)));
    assert_eq!(fixture.committed(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn undoes_only_the_job_that_fails() {
    let fixture = Fixture::new().await;
    let release = hold(&fixture.queue);
    let fail = |statements: &mut Statements<'_>| {
        put(statements, "failed", 1)?;
        put(statements, "a", 1)
    };
    let unblock = async { release.send(()).unwrap() };
    let (a, b, failed, c, ()) = tokio::join!(
        fixture.put("a", 1),
        fixture.put("b", 1),
        fixture.queue.run(fail, |_| {}),
        fixture.put("c", 1),
        unblock,
    );
    assert_eq!((a.unwrap(), b.unwrap(), c.unwrap()), (1, 2, 3));
    assert!(format!("{:?}", failed.unwrap_err()).contains("UNIQUE constraint"));
    assert_eq!(fixture.committed(), 3);
}

#[tokio::test]
async fn a_full_disk_is_an_error_until_there_is_room() {
    let fixture = Fixture::new().await;
    fixture.put("a", 1).await.unwrap();
    fixture.pragma("pragma max_page_count = 1").await;
    let error = fixture.put("b", 1 << 20).await.unwrap_err();
    assert!(error.contains("database or disk is full"), "{error}");
    assert_eq!(fixture.committed(), 1);
    fixture.pragma("pragma max_page_count = 1000000").await;
    assert_eq!(fixture.put("b", 1 << 20).await.unwrap(), 2);
    assert_eq!(fixture.committed(), 2);
}

#[tokio::test]
async fn a_file_that_became_read_only_is_an_error_until_it_is_writable() {
    let directory = tempfile::tempdir().unwrap();
    let is_writable = Arc::new(AtomicBool::new(true));
    let upkeep: Upkeep = {
        let is_writable = Arc::clone(&is_writable);
        Box::new(move |statements| {
            let is_read_only = !is_writable.load(Ordering::SeqCst);
            statements.connection().pragma_update(None, "query_only", is_read_only)?;
            Ok(true)
        })
    };
    let queue = Queue::writer(location(&directory), vec![upkeep]).await.unwrap();
    let fixture = Fixture { directory, queue };
    let (mut number, mut answer) = (0, Ok(0));
    for (expected, is_now_writable) in [(true, false), (false, true), (true, true)] {
        while answer.is_ok() != expected {
            number += 1;
            let put =
                move |statements: &mut Statements<'_>| put(statements, &number.to_string(), 1);
            answer = fixture.queue.run(put, |_| {}).await;
        }
        if let Err(error) = &answer {
            let error = format!("{error:?}");
            assert!(error.contains("attempt to write a readonly database"), "{error}");
        }
        is_writable.store(is_now_writable, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_lock_of_another_process_is_waited_for_only_so_long() {
    let directory = tempfile::tempdir().unwrap();
    let mut location = location(&directory);
    location.busy_timeout = Duration::from_millis(1);
    let queue = Queue::writer(location.clone(), Vec::new()).await.unwrap();
    let fixture = Fixture { directory, queue };
    let other = Connection::open(&location.path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let (a, b) = tokio::join!(fixture.put("a", 1), fixture.put("b", 1));
    for error in [a.unwrap_err(), b.unwrap_err()] {
        assert!(error.contains("database is locked"), "{error}");
    }
    other.execute_batch("rollback").unwrap();
    fixture.put("a", 1).await.unwrap();
}

#[tokio::test]
async fn a_panic_is_an_error_for_all_callers() {
    let fixture = Fixture::new().await;
    let fail = |_: &mut Statements<'_>| -> rusqlite::Result<()> { panic!("expected by this test") };
    let error = fixture.queue.run(fail, |()| {}).await.unwrap_err();
    assert!(format!("{error:?}").contains("the thread of the file has ended"), "{error:?}");
    let error = fixture.put("a", 1).await.unwrap_err();
    assert!(error.contains("the thread of the file has ended"), "{error}");
}

#[tokio::test]
async fn a_job_for_an_answer_is_left_out_if_nobody_waits_for_it() {
    let fixture = Fixture::new().await;
    let release = hold(&fixture.queue);
    // Both wait in the queue when their callers go.
    let asked = fixture.queue.ask(|statements| put(statements, "asked", 1), |_| {});
    assert!(is_pending(asked).await);
    let written = fixture.queue.run(|statements| put(statements, "written", 1), |_| {});
    assert!(is_pending(written).await);
    release.send(()).unwrap();
    assert_eq!(fixture.put("last", 1).await.unwrap(), 2);
}

/// Polls once, and drops the future. Returns true if it was pending.
async fn is_pending<T>(future: impl Future<Output = T>) -> bool {
    let mut future = pin!(future);
    poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_pending())).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_clone_closes_the_file() {
    let fixture = Fixture::new().await;
    fixture.put("a", 1).await.unwrap();
    let Fixture { directory, queue } = fixture;
    let log = directory.path().join("file.db-wal");
    let clone = queue.clone();
    drop(queue);
    assert!(log.exists());
    drop(clone);
    // SQLite removes its log when the file is closed.
    while log.exists() {
        tokio::task::yield_now().await;
    }
}
