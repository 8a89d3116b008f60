//! The file: who can open it, and what outlives the process.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a test")]

use std::{fs, path::Path, time::Duration};

use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{
        Accept as _, Accepted, Entry, InboxHistory as _, InboxStore as _, Settled, StoredRequest,
        Taken, Wanted,
    },
    providers::XWebhookSignature,
};
use countersign_sqlite::{SqliteInbox, SqliteStore};
use rusqlite::Connection;
use tokio::{task::JoinSet, time::timeout};

const HOUR: Duration = Duration::from_secs(3600);

fn entry(id: &str) -> Entry {
    let (secret, now) = (Secret::new("secret").unwrap(), std::time::SystemTime::now());
    let body = format!(r#"{{"id":"{id}","type":"t"}}"#);
    let signer = Signer::<XWebhookSignature>::new(secret.clone()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap().endpoint("e");
    let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
    let request = StoredRequest::new("/e", verified.to_stored(&headers, now));
    Entry::new(IdempotencyKey::of(&verified), request)
}

fn wanted(most: usize) -> Wanted {
    Wanted { endpoints: vec!["e".to_owned()], most, lease: HOUR, attempts: 3 }
}

fn id(taken: &Taken) -> String {
    let request = StoredRequest::from_json(&taken.request).unwrap();
    request.delivery().id().unwrap().to_owned()
}

async fn error(path: impl AsRef<Path>) -> String {
    let path = path.as_ref();
    let inbox = format!("{:?}", SqliteInbox::open(path).await.unwrap_err());
    let store = format!("{:?}", SqliteStore::open(path).await.unwrap_err());
    assert_eq!(inbox, store);
    inbox
}

#[tokio::test]
async fn an_inbox_that_must_exist_is_not_made() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let open = || SqliteInbox::options().must_exist().open(&path);
    let error = format!("{:?}", open().await.unwrap_err());
    assert!(error.contains("there is no file") && !path.exists(), "{error}");
    fs::write(&path, "").unwrap();
    let error = format!("{:?}", open().await.unwrap_err());
    assert!(error.contains("is not an inbox") && fs::read(&path).unwrap().is_empty(), "{error}");

    let inbox = SqliteInbox::open(&path).await.unwrap();
    assert_eq!(inbox.accept(&entry("new")).await.unwrap(), Accepted::New);
    assert_eq!(open().await.unwrap().stats().await.unwrap()[0].ready, 1);
}

#[tokio::test]
async fn rows_outlive_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = SqliteInbox::open(&path).await.unwrap();
    for id in ["done", "running", "waiting", "new"] {
        assert_eq!(inbox.accept(&entry(id)).await.unwrap(), Accepted::New);
    }
    let taken = inbox.take(&wanted(3)).await.unwrap();
    assert_eq!(inbox.finish(&taken[0].held).await.unwrap(), Settled::Applied);
    let _ = inbox.fail_until(&taken[2].held, HOUR, "later").await.unwrap();
    drop(inbox);

    let inbox = SqliteInbox::open(&path).await.unwrap();
    for id in ["done", "running", "waiting", "new"] {
        assert_eq!(inbox.accept(&entry(id)).await.unwrap(), Accepted::Duplicate);
    }
    let again = inbox.take(&wanted(9)).await.unwrap();
    assert_eq!(again.iter().map(id).collect::<Vec<_>>(), ["new"]);
    // The attempt outlives its process, too.
    assert_eq!(inbox.finish(&taken[1].held).await.unwrap(), Settled::Applied);
    let waiting = inbox.get(taken[2].held.id()).await.unwrap().unwrap();
    assert_eq!(waiting.row.last_reason.as_deref(), Some("later"));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_engines_never_take_one_row_twice() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let (one, other) = (SqliteInbox::open(&path), SqliteInbox::open(&path));
    let (one, other) = tokio::join!(one, other);
    let engines = [one.unwrap(), other.unwrap()];
    let mut accepts = JoinSet::new();
    for number in 0..ROWS {
        let inbox = engines[number % 2].clone();
        accepts.spawn(async move { inbox.accept(&entry(&number.to_string())).await.unwrap() });
    }
    assert!(accepts.join_all().await.iter().all(|accepted| *accepted == Accepted::New));

    let mut workers = JoinSet::new();
    for worker in 0..4 {
        let inbox = engines[worker % 2].clone();
        workers.spawn(async move {
            let mut ids = Vec::new();
            loop {
                let taken = inbox.take(&wanted(7)).await.unwrap();
                if taken.is_empty() {
                    return ids;
                }
                ids.extend(taken.iter().map(id));
            }
        });
    }
    let mut ids: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), ROWS);
}

const ROWS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_can_make_the_file_at_once() {
    for _ in 0..20 {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("inbox.db");
        let mut engines = JoinSet::new();
        for _ in 0..4 {
            engines.spawn(SqliteInbox::open(path.clone()));
        }
        for engine in engines.join_all().await {
            engine.unwrap().stats().await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_an_earlier_release_gets_the_table_that_it_lacks() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let earlier = SqliteInbox::open(&path).await.unwrap();
    earlier.accept(&entry("1")).await.unwrap();
    let connection = Connection::open(&path).unwrap();
    connection.execute_batch("drop table countersign_inbox_hours").unwrap();

    // Several at once, also a program that makes no inbox.
    let mut engines = JoinSet::new();
    for number in 0..4 {
        let options = SqliteInbox::options();
        let options = if number == 0 { options.must_exist() } else { options };
        engines.spawn(options.open(path.clone()));
    }
    for engine in engines.join_all().await {
        let activity = engine.unwrap().activity(std::time::UNIX_EPOCH, HOUR).await.unwrap();
        assert_eq!(activity.len(), 1);
    }
    // The version stays the same: an earlier release opens no other.
    let version = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(version("pragma user_version"), 1);
    let taken = earlier.take(&wanted(1)).await.unwrap();
    assert_eq!(earlier.finish(&taken[0].held).await.unwrap(), Settled::Applied);
    assert_eq!(earlier.prune(Duration::ZERO, 1).await.unwrap(), 1);
    assert_eq!(earlier.activity(std::time::UNIX_EPOCH, HOUR).await.unwrap()[0].accepted, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_file_is_waited_for() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = SqliteInbox::open(&path).await.unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let entry = entry("1");
    let mut accept = Box::pin(inbox.accept(&entry));
    assert!(timeout(Duration::from_millis(30), &mut accept).await.is_err());
    // Lists do not wait, nor does another process that opens the file.
    assert!(inbox.stats().await.unwrap().is_empty());
    SqliteInbox::open(&path).await.unwrap();
    other.execute_batch("commit").unwrap();
    assert_eq!(accept.await.unwrap(), Accepted::New);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_waits_until_a_delivery_is_due() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    assert!(inbox.take(&wanted(1)).await.unwrap().is_empty());
    assert!(timeout(Duration::from_millis(30), inbox.wait_until_due()).await.is_err());

    let wait = || timeout(Duration::from_secs(30), inbox.wait_until_due());
    let (entry, waited) = (entry("1").about("o", None), wait());
    let (waited, accepted) = tokio::join!(waited, inbox.accept(&entry));
    assert!(waited.is_ok() && accepted.is_ok());
    let first = inbox.take(&wanted(2)).await.unwrap().remove(0).held;
    let _ = inbox.fail_until(&first, Duration::from_millis(20), "later").await.unwrap();
    wait().await.unwrap();
    // The retry is due now, or the wait was short.
    let first = loop {
        let mut taken = inbox.take(&wanted(2)).await.unwrap();
        match taken.pop() {
            Some(taken) => break taken.held,
            None => wait().await.unwrap(),
        }
    };

    // A delivery that waits for its turn is due once the one before it is done.
    inbox.accept(&self::entry("2").about("o", None)).await.unwrap();
    assert!(inbox.take(&wanted(2)).await.unwrap().is_empty());
    assert!(timeout(Duration::from_millis(30), inbox.wait_until_due()).await.is_err());
    let (waited, finished) = tokio::join!(wait(), inbox.finish(&first));
    assert!(waited.is_ok() && finished.is_ok());
    assert_eq!(inbox.take(&wanted(2)).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_body_is_forgotten_when_its_delivery_is_done() {
    let directory = tempfile::tempdir().unwrap();
    let options = SqliteInbox::options().forget_bodies_when_done();
    let inbox = options.open(directory.path().join("inbox.db")).await.unwrap();
    inbox.accept(&entry("1")).await.unwrap();
    let held = inbox.take(&wanted(1)).await.unwrap().remove(0).held;
    assert!(inbox.get(held.id()).await.unwrap().unwrap().request.is_some());
    let _ = inbox.finish(&held).await.unwrap();
    assert!(inbox.get(held.id()).await.unwrap().unwrap().request.is_none());
    assert!(!inbox.replay(held.id()).await.unwrap());
    assert_eq!(inbox.accept(&entry("1")).await.unwrap(), Accepted::Duplicate);
}

#[tokio::test]
async fn refuses_what_is_not_a_file_of_its_own() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    assert!(error(":memory:").await.contains("would not survive a restart"));
    assert!(error("").await.contains("would not survive a restart"));
    assert!(error(path("none/inbox.db")).await.contains("its directory must exist"));
    assert!(error(directory.path()).await.contains("cannot open the file"));

    fs::write(path("text"), [b'a'; 9000]).unwrap();
    assert!(error(path("text")).await.contains("file is not a database"));

    let other = Connection::open(path("other.db")).unwrap();
    other.execute_batch("create table accounts (id integer)").unwrap();
    assert!(error(path("other.db")).await.contains("belongs to another program"));
    let mode: String = other.query_row("pragma journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete", "the file of another program is not changed");

    SqliteInbox::open(path("inbox.db")).await.unwrap();
    let newer = Connection::open(path("inbox.db")).unwrap();
    newer.execute_batch("pragma user_version = 2").unwrap();
    let error = error(path("inbox.db")).await;
    assert!(error.contains("has version 2 of the schema"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_a_new_file() {
    use std::os::unix::fs::PermissionsExt as _;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("inbox.db");
    let inbox = SqliteInbox::open(&path).await.unwrap();
    inbox.accept(&entry("1")).await.unwrap();
    for file in fs::read_dir(directory.path()).unwrap() {
        let file = file.unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }

    // The superuser can write to each file.
    drop(inbox);
    let read_only = directory.path().join("read-only.db");
    fs::copy(&path, &read_only).unwrap();
    fs::set_permissions(&read_only, fs::Permissions::from_mode(0o400)).unwrap();
    if fs::OpenOptions::new().write(true).open(&read_only).is_err() {
        let error = error(&read_only).await;
        assert!(error.contains("is read-only"), "{error}");
    }
}

#[tokio::test]
async fn an_inbox_and_a_store_share_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("both.db");
    let inbox = SqliteInbox::open(&path).await.unwrap();
    let store = inbox.store();
    drop(inbox);
    let other = SqliteStore::open(&path).await.unwrap();
    use countersign::idempotency::{Claim, Lease, Store as _};
    let lease = || Lease::new(IdempotencyKey::builder("e").event_type(None).id("1"));
    assert_eq!(store.claim(&lease(), HOUR).await.unwrap(), Claim::Fresh);
    let Claim::InProgress { .. } = other.claim(&lease(), HOUR).await.unwrap() else {
        panic!("the claim of one store is not seen by the other");
    };
}
