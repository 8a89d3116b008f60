//! Tests of the inbox that its suite does not have.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use countersign::{
    Secret, Signer, Verifier,
    idempotency::IdempotencyKey,
    inbox::{
        Accept as _, Entry, Filter, InboxHistory as _, InboxStore as _, RowId, SerialInbox as _,
        Settled, State, StoredRequest, Wanted,
    },
    providers::XWebhookSignature,
};
use rusqlite::{Connection, params_from_iter, types::Null};

use super::{SqliteInbox, prune::upkeep};
use crate::{engine::Statements, time::Clock};

const HOUR: Duration = Duration::from_secs(3600);

fn entry(id: &str) -> Entry {
    entry_at(id, SystemTime::now())
}

fn entry_at(id: &str, received_at: SystemTime) -> Entry {
    let secret = Secret::new("secret").unwrap();
    let body = format!(r#"{{"id":"{id}","type":"t"}}"#);
    let signer = Signer::<XWebhookSignature>::new(secret.clone()).unwrap();
    let headers = signer.sign(body.as_bytes()).unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap().endpoint("e");
    let verified = verifier.verify(&headers, body.as_bytes()).unwrap();
    let request = StoredRequest::new("/e", verified.to_stored(&headers, received_at));
    Entry::new(IdempotencyKey::of(&verified), request)
}

fn wanted(most: usize) -> Wanted {
    Wanted { endpoints: vec!["e".to_owned()], most, lease: HOUR, attempts: 3 }
}

#[tokio::test]
async fn removes_old_rows_in_batches() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    for id in ["done", "dead", "running", "waiting"] {
        inbox.accept(&entry(id)).await.unwrap();
    }
    let taken = inbox.take(&wanted(3)).await.unwrap();
    let _ = inbox.finish(&taken[0].held).await.unwrap();
    let _ = inbox.bury(&taken[1].held, "reason").await.unwrap();

    let connection = Connection::open(directory.path().join("inbox.db")).unwrap();
    let mut statements = Statements::new(&connection);
    let mut rows = |passed: Duration| {
        let clock = Clock::new(move || SystemTime::now() + passed);
        while upkeep(clock.clone(), 72 * HOUR)(&mut statements).unwrap() {}
        let count = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        let rows = count("select count(*) from countersign_inbox");
        let requests = count("select count(*) from countersign_inbox_requests");
        (rows, requests, count("select count(*) from countersign_inbox_hours"))
    };
    assert_eq!(rows(71 * HOUR), (4, 4, 0));
    assert_eq!(rows(73 * HOUR), (3, 3, 1));
    // The hour of its receipt is kept for 15 days.
    assert_eq!(rows((15 * 24 - 1) * HOUR), (3, 3, 1));
    assert_eq!(rows((15 * 24 + 1) * HOUR), (3, 3, 0));
}

#[tokio::test]
async fn removed_rows_are_counted_with_the_last_one_of_their_hour() {
    let directory = tempfile::tempdir().unwrap();
    let now = UNIX_EPOCH + 1_000_000 * HOUR;
    let options = SqliteInbox::options().clock(move || now);
    let inbox = options.open(directory.path().join("inbox.db")).await.unwrap();
    let minute = HOUR / 60;
    let day = 24 * HOUR;
    for (id, received_at) in [
        ("15 days ago", now - 15 * day),
        ("earlier than that", now - 15 * day - minute),
        ("first", now - HOUR),
        ("last", now - 20 * minute),
        ("next", now + 10 * minute),
        ("by a clock that was wrong", now + 2 * HOUR),
    ] {
        inbox.accept(&entry_at(id, received_at)).await.unwrap();
    }
    for taken in inbox.take(&wanted(9)).await.unwrap() {
        let _ = inbox.finish(&taken.held).await.unwrap();
    }
    let counts = async |since: SystemTime, width: Duration| {
        let activity = inbox.activity(since, width).await.unwrap();
        activity.iter().map(|one| (one.interval, one.accepted)).collect::<Vec<_>>()
    };
    let since = now - HOUR;
    assert_eq!(counts(since, 15 * minute).await, [(0, 1), (2, 1), (4, 1), (12, 1)]);
    assert_eq!(inbox.prune(Duration::ZERO, 9).await.unwrap(), 6);
    assert_eq!(counts(since, 15 * minute).await, [(2, 2), (4, 1)]);
    assert_eq!(counts(now - 20 * day, 30 * day).await, [(0, 4)]);
    // The interval of a row is the interval of its `last_received_at`.
    let last = inbox.activity(since, HOUR).await.unwrap().remove(0).last_received_at;
    assert_eq!(last, now - 20 * minute);
}

#[tokio::test]
async fn each_statement_finds_its_rows_through_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    inbox.accept(&entry("1").about("o", Some(1))).await.unwrap();
    let taken = inbox.take(&wanted(1)).await.unwrap();
    let held = &taken[0].held;
    let _ = inbox.extend(held, HOUR).await.unwrap();
    let _ = inbox.release(held).await.unwrap();
    inbox.take(&wanted(2)).await.unwrap();
    let _ = inbox.finish(held).await.unwrap();
    inbox.newest_done("e", "o").await.unwrap();
    inbox.replay(held.id()).await.unwrap();
    inbox.discard(held.id()).await.unwrap();
    inbox.mark_done(held.id(), "by hand").await.unwrap();
    inbox.activity(SystemTime::now() - HOUR, HOUR).await.unwrap();
    inbox.prunable(HOUR, 1).await.unwrap();
    inbox.prune(HOUR, 1).await.unwrap();
    inbox.stats().await.unwrap();
    inbox.get(held.id()).await.unwrap();

    let mut texts = inbox.writer().run(|statements| Ok(statements.texts()), |_| {}).await.unwrap();
    texts.extend(inbox.reader().run(|statements| Ok(statements.texts()), |_| {}).await.unwrap());
    assert!(texts.len() >= 19, "{texts:#?}");
    let connection = Connection::open(directory.path().join("inbox.db")).unwrap();
    for sql in texts {
        is_fast(&connection, sql);
    }
}

#[tokio::test]
async fn each_list_of_few_rows_finds_them_through_an_index() {
    let directory = tempfile::tempdir().unwrap();
    let _inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    let connection = Connection::open(directory.path().join("inbox.db")).unwrap();
    let mut event = Filter::new();
    event.event_id = Some("evt".to_owned());
    let states = [State::Waiting, State::Running, State::Dead, State::Discarded];
    let states = states.map(|state| Filter::new().state(state));
    for filter in states.into_iter().chain([event]) {
        let (sql, _) = super::list::query(&filter);
        let plan = plan(&connection, &sql);
        let mut looks = plan.iter().filter(|step| step.starts_with("S"));
        assert!(looks.all(|step| step.contains(" USING ")), "{filter:?}: {plan:#?}");
    }
}

#[tokio::test]
async fn a_list_within_a_window_looks_only_at_the_window() {
    let directory = tempfile::tempdir().unwrap();
    let _inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    let connection = Connection::open(directory.path().join("inbox.db")).unwrap();
    let window = || Filter::new().after(RowId(1)).before(RowId(9));
    let mut of_type = window().endpoint("e");
    of_type.event_type = Some("t".to_owned());
    let mut received = window();
    received.received_since = Some(UNIX_EPOCH);
    received.received_before = Some(UNIX_EPOCH + HOUR);
    let filters = [window(), of_type, received, window().state(State::Done)];
    for filter in filters.into_iter().chain([window().state(State::Dead)]) {
        let (sql, _) = super::list::query(&filter);
        let plan = plan(&connection, &sql);
        assert!(plan.concat().contains("rowid>? AND rowid<?"), "{filter:?}: {plan:#?}");
    }
}

/// Checks that a statement does not look at all rows, and does not sort.
fn is_fast(connection: &Connection, sql: &str) {
    for step in plan(connection, sql) {
        let scans = step.starts_with("SCAN countersign");
        // `min` and `max` look at the ends of the table.
        assert!(!scans || sql.contains("select min(id)"), "{sql}\n{step}");
        // Numbers for operators: each open row and each dead one counts.
        assert!(!step.contains("TEMP B-TREE") || sql.contains("group by"), "{sql}\n{step}");
    }
}

fn plan(connection: &Connection, sql: &str) -> Vec<String> {
    let mut statement = connection.prepare(&format!("explain query plan {sql}")).unwrap();
    let nulls = vec![Null; statement.parameter_count()];
    let steps = statement.query_map(params_from_iter(nulls), |row| row.get(3)).unwrap();
    steps.collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn gives_rows_back_if_their_worker_has_gone() {
    let directory = tempfile::tempdir().unwrap();
    let now = UNIX_EPOCH + 1_000_000 * HOUR;
    let options = SqliteInbox::options().clock(move || now);
    let inbox = options.open(directory.path().join("inbox.db")).await.unwrap();
    inbox.accept(&entry("1")).await.unwrap();
    for _ in 0..3 {
        // The thread answers, and nobody reads the answer.
        let wanted = wanted(1);
        let mut take = Box::pin(inbox.take(&wanted));
        tokio::select! {
            biased;
            _ = &mut take => panic!("the answer came at once"),
            () = std::future::ready(()) => {}
        }
        // A later job is answered after the earlier one.
        inbox.newest_done("e", "o").await.unwrap();
        drop(take);
    }
    let taken = inbox.take(&wanted(1)).await.unwrap();
    assert_eq!(taken[0].number, 1);
    assert_eq!(inbox.get(taken[0].held.id()).await.unwrap().unwrap().attempts, []);
}

#[tokio::test]
async fn a_replayed_delivery_takes_its_place_again() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    for id in ["1", "2", "3", "4"] {
        inbox.accept(&entry(id).about("o", None)).await.unwrap();
    }
    let take = async || {
        let taken = inbox.take(&wanted(9)).await.unwrap();
        assert!(taken.len() <= 1, "{taken:?}");
        taken.into_iter().next().map(|taken| taken.held)
    };
    let one = take().await.unwrap();
    assert_eq!(take().await, None);
    let _ = inbox.bury(&one, "reason").await.unwrap();
    let two = take().await.unwrap();
    assert_eq!(two.id().0, 2);

    // The first one is open again while the second one runs, and is earlier.
    assert!(inbox.replay(one.id()).await.unwrap());
    let one = take().await.unwrap();
    assert_eq!(one.id().0, 1);
    let _ = inbox.fail_until(&two, Duration::ZERO, "reason").await.unwrap();
    assert_eq!(take().await, None);
    // The third one is not the earliest, whether it was replayed or not.
    assert!(inbox.replay(RowId(3)).await.unwrap());
    assert!(inbox.discard(RowId(3)).await.unwrap());
    assert!(inbox.replay(RowId(3)).await.unwrap());
    assert_eq!(take().await, None);
    let _ = inbox.finish(&one).await.unwrap();

    for id in [2, 3, 4] {
        let next = take().await.unwrap();
        assert_eq!(next.id().0, id);
        assert_eq!(take().await, None);
        let _ = inbox.finish(&next).await.unwrap();
    }
    assert_eq!(take().await, None);
}

#[tokio::test]
async fn a_delivery_that_ends_out_of_turn_lets_nothing_overtake() {
    let directory = tempfile::tempdir().unwrap();
    let inbox = SqliteInbox::open(directory.path().join("inbox.db")).await.unwrap();
    for id in ["1", "2", "3"] {
        inbox.accept(&entry(id).about("o", None)).await.unwrap();
    }
    let one = inbox.take(&wanted(9)).await.unwrap().remove(0).held;
    assert!(inbox.discard(RowId(2)).await.unwrap());
    assert!(inbox.take(&wanted(9)).await.unwrap().is_empty());
    let _ = inbox.finish(&one).await.unwrap();
    assert_eq!(inbox.take(&wanted(9)).await.unwrap()[0].held.id().0, 3);
}

#[tokio::test]
async fn takes_deliveries_one_by_one_whose_attempts_vanished_twice() {
    let directory = tempfile::tempdir().unwrap();
    let hours = Arc::new(AtomicU32::new(1_000_000));
    let clock = {
        let hours = Arc::clone(&hours);
        move || UNIX_EPOCH + hours.load(Ordering::SeqCst) * HOUR
    };
    let options = SqliteInbox::options().clock(clock);
    let inbox = options.open(directory.path().join("inbox.db")).await.unwrap();
    for key in ["1", "2", "3"] {
        inbox.accept(&entry(key)).await.unwrap();
    }
    let wanted = Wanted { attempts: 10, ..wanted(10) };
    for _ in 0..2 {
        assert_eq!(inbox.take(&wanted).await.unwrap().len(), 3);
        // The leases run out.
        hours.fetch_add(1, Ordering::SeqCst);
    }
    inbox.accept(&entry("4")).await.unwrap();
    let taken = inbox.take(&wanted).await.unwrap();
    // The new one, and one of the others.
    assert_eq!(taken.iter().map(|taken| taken.number).collect::<Vec<_>>(), [3, 1]);
    assert!(inbox.take(&wanted).await.unwrap().is_empty());
    // The next one is due once this one has ended.
    assert_eq!(inbox.fail_until(&taken[0].held, HOUR, "failed").await.unwrap(), Settled::Applied);
    inbox.wait_until_due().await;
    let second = inbox.take(&wanted).await.unwrap();
    assert_eq!(second.len(), 1);
    // Its process ends once more, and so does the lease of the new one.
    hours.fetch_add(1, Ordering::SeqCst);
    let numbers: Vec<_> =
        inbox.take(&wanted).await.unwrap().iter().map(|taken| taken.number).collect();
    // Of the two suspects, only the third delivery is taken. The first one failed in an orderly
    // way, and the new one has lost only one attempt, so these two are taken as usual.
    assert_eq!(numbers, [3, 4, 2]);
}
