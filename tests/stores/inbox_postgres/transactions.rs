//! Deliveries that are kept, and attempts that end, in transactions of the application.

use std::{sync::Arc, time::Duration};

use countersign::inbox::{
    Accept, Accepted, Failure, Filter, Inbox, InboxHistory, InboxStore, Retries, Settled, State,
};
use countersign_postgres::PostgresInbox;
use countersign_tests::{Logs, wait_until};
use tokio::sync::Notify;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_is_kept_with_its_transaction() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
    postgres.execute("create table notes (text text)")?;
    for (commits, expected) in [(false, "0"), (true, "1")] {
        for about in [None, Some("object")] {
            let entry = entry(&format!("evt_{about:?}"));
            let entry = match about {
                Some(object) => entry.about(object, None),
                None => entry,
            };
            let mut client = pool.get().await?;
            let transaction = client.transaction().await?;
            transaction.batch_execute("insert into notes values ('received')").await?;
            assert_eq!(inbox.accept_in(&transaction, &entry).await?, Accepted::New);
            assert_eq!(inbox.accept_in(&transaction, &entry).await?, Accepted::Duplicate);
            if commits {
                transaction.commit().await?
            } else {
                transaction.rollback().await?
            }
            let rows = postgres
                .execute("select count(*) from countersign_inbox where key like '%evt_%'")?;
            assert_eq!(rows == "0", expected == "0");
        }
    }
    assert_eq!(postgres.execute("select count(*) from notes")?, "2");
    assert_eq!(inbox.take(&wanted(10, MINUTE)).await?.len(), 2);
    Ok(())
}

/// Handles deliveries with an effect in a table. The transaction of the first attempt is rolled
/// back, that of the second one is committed, and the result of both is an error.
fn worker(
    inbox: &PostgresInbox,
    pool: Pool,
    stop: Arc<Notify>,
) -> impl Future<Output = ()> + Send + use<> {
    let engine = inbox.clone();
    let retries = Retries::after([Duration::from_millis(1); 5]);
    let worker = Inbox::new(inbox.clone()).retries(retries).worker(&verifier(), move |delivery| {
        let (engine, pool) = (engine.clone(), pool.clone());
        async move {
            let attempt = delivery.attempt;
            let mut client = pool.get().await?;
            let transaction = client.transaction().await?;
            transaction.batch_execute("insert into effects values (1)").await?;
            if engine.finish_in(&transaction, &attempt).await? == Settled::Applied {
                match attempt.number() {
                    1 => transaction.rollback().await?,
                    _ => transaction.commit().await?,
                }
            }
            Err(Failure::retry("whatever it returns"))
        }
    });
    worker.run_until(async move { stop.notified().await })
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_is_committed_with_the_end_of_its_attempt() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
    postgres.execute("create table effects (number int)")?;
    for id in ["evt_1", "evt_2"] {
        assert_eq!(inbox.accept(&entry(id).about("object", None)).await?, Accepted::New);
    }
    let stop = Arc::new(Notify::new());
    let worker = tokio::spawn(worker(&inbox, pool, Arc::clone(&stop)));
    let is_done =
        || postgres.execute("select count(*) from countersign_inbox where state = 'done'");
    assert!(tokio::task::block_in_place(|| wait_until(|| is_done().unwrap() == "2")));
    stop.notify_one();
    worker.await?;
    assert_eq!(postgres.execute("select count(*) from effects")?, "2");
    for row in inbox.list(&Filter::new()).await? {
        assert_eq!((row.state, row.attempts), (State::Done, 2));
        assert_eq!(row.last_reason.as_deref(), Some("whatever it returns"));
    }
    Ok(())
}

#[test]
fn an_attempt_that_its_handler_has_ended_is_not_logged_as_lost() -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (handled, log) = Logs::of(|| {
        runtime.block_on(async {
            let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
            inbox.accept(&entry("evt_1")).await?;
            let (engine, stop) = (inbox.clone(), Arc::new(Notify::new()));
            let committed = Arc::clone(&stop);
            let worker = Inbox::new(inbox).worker(&verifier(), move |delivery| {
                let (engine, pool) = (engine.clone(), pool.clone());
                let committed = Arc::clone(&committed);
                async move {
                    let mut client = pool.get().await?;
                    let transaction = client.transaction().await?;
                    let settled = engine.finish_in(&transaction, &delivery.attempt).await?;
                    assert_eq!(settled, Settled::Applied);
                    transaction.commit().await?;
                    committed.notify_one();
                    Ok(())
                }
            });
            // The worker stops after it has reported the result.
            let run = worker.run_until(async move { stop.notified().await });
            tokio::time::timeout(PATIENCE, run).await?;
            Outcome::Ok(())
        })
    });
    handled?;
    assert!(log.contains("handled a delivery") && !log.contains("the lease was lost"), "{log}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_lost_its_lease_ends_nothing() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
    postgres.execute("create table effects (number int)")?;
    inbox.accept(&entry("evt_1")).await?;
    let (engine, other, stop) = (inbox.clone(), inbox.clone(), Arc::new(Notify::new()));
    let (began, stopped) = (Arc::new(Notify::new()), Arc::clone(&stop));
    let begun = Arc::clone(&began);
    // With a concurrency of 1, this worker does not take the delivery again itself.
    let slow = Inbox::new(inbox.clone()).concurrency(1);
    let slow = slow.worker(&verifier(), move |delivery| {
        let (engine, pool, other) = (engine.clone(), pool.clone(), other.clone());
        let began = Arc::clone(&began);
        async move {
            // An operator, or a clock, ends the lease, and another worker takes the delivery.
            let client = pool.get().await?;
            let expire = "update countersign_inbox set due_at = now() - interval '1 hour'";
            client.batch_execute(expire).await?;
            assert_eq!(other.take(&wanted(1, MINUTE)).await?.len(), 1);
            let mut client = pool.get().await?;
            let transaction = client.transaction().await?;
            let settled = engine.finish_in(&transaction, &delivery.attempt).await?;
            assert_eq!(settled, Settled::LeaseLost);
            transaction.rollback().await?;
            began.notify_one();
            Ok(())
        }
    });
    let worker = tokio::spawn(slow.run_until(async move { stopped.notified().await }));
    tokio::time::timeout(PATIENCE, begun.notified()).await?;
    stop.notify_one();
    worker.await?;
    let row = &inbox.list(&Filter::new()).await?[0];
    assert_eq!((row.state, row.attempts), (State::Running, 2));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_order_of_an_object_is_not_left_to_a_stricter_isolation() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, pool) = (inbox(&postgres).await?, pool(config(&postgres)));
    postgres
        .execute("alter database postgres set default_transaction_isolation = 'serializable'")?;
    for (about, expected) in [(None, true), (Some("object"), false)] {
        let entry = match about {
            Some(object) => entry("evt_1").about(object, None),
            None => entry("evt_2"),
        };
        let mut client = pool.get().await?;
        let transaction = client.transaction().await?;
        match inbox.accept_in(&transaction, &entry).await {
            Ok(accepted) => assert!(expected, "{accepted:?}"),
            Err(error) => {
                assert!(!expected && format!("{error:?}").contains("`serializable`"), "{error:?}");
            }
        }
        transaction.rollback().await?;
        // The engine sets the isolation of its own transactions.
        assert_eq!(inbox.accept(&entry).await?, Accepted::New);
        let taken = inbox.take(&wanted(1, MINUTE)).await?;
        assert_eq!(inbox.finish(&taken[0].held).await?, Settled::Applied);
    }
    Ok(())
}
