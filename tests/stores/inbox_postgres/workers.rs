//! Workers of several processes.

use std::time::Duration;

use countersign::inbox::{Accept, Accepted, Filter, InboxHistory, InboxStore, Settled};
use countersign_postgres::PostgresInbox;
use tokio::time::{sleep, timeout};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_woken_by_another_process() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (receiver, worker) = (inbox(&postgres).await?, inbox(&postgres).await?);
    for round in 0..3 {
        assert!(worker.take(&wanted(10, MINUTE)).await?.is_empty());
        // The bell also rings when the connection that listens is made.
        sleep(Duration::from_millis(200)).await;
        let mut due = Box::pin(worker.wait_until_due());
        while timeout(Duration::from_millis(50), &mut due).await.is_ok() {
            // The bell rings until the worker looks again.
            assert!(worker.take(&wanted(10, MINUTE)).await?.is_empty());
            due = Box::pin(worker.wait_until_due());
        }
        assert_eq!(receiver.accept(&entry(&format!("evt_{round}"))).await?, Accepted::New);
        timeout(PATIENCE, due).await?;
        let taken = worker.take(&wanted(10, MINUTE)).await?;
        assert_eq!(taken.len(), 1);
        assert_eq!(worker.finish(&taken[0].held).await?, Settled::Applied);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_wakes_its_worker_when_it_is_due() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    inbox.accept(&entry("evt_1")).await?;
    let taken = inbox.take(&wanted(10, MINUTE)).await?;
    let delay = Duration::from_millis(300);
    assert_eq!(inbox.fail_until(&taken[0].held, delay, "later").await?, Settled::Applied);
    let mut again = Vec::new();
    while again.is_empty() {
        timeout(PATIENCE, inbox.wait_until_due()).await?;
        again = inbox.take(&wanted(10, MINUTE)).await?;
    }
    assert_eq!(again[0].number, 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_lost_two_attempts_are_taken_one_by_one() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    for id in ["1", "2", "3"] {
        inbox.accept(&entry(id)).await?;
    }
    let expire = "update countersign_inbox set due_at = now() - interval '1 hour' \
                  where state = 'running'";
    for _ in 0..2 {
        assert_eq!(inbox.take(&wanted(10, MINUTE)).await?.len(), 3);
        postgres.execute(expire)?;
    }
    inbox.accept(&entry("4")).await?;
    let taken = inbox.take(&wanted(10, MINUTE)).await?;
    assert_eq!(taken.iter().map(|taken| taken.number).collect::<Vec<_>>(), [3, 1]);
    assert!(inbox.take(&wanted(10, MINUTE)).await?.is_empty());
    assert_eq!(inbox.finish(&taken[0].held).await?, Settled::Applied);
    let next = inbox.take(&wanted(10, MINUTE)).await?;
    assert_eq!(next.iter().map(|taken| taken.number).collect::<Vec<_>>(), [3]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_every_text_that_a_sender_can_choose() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    for text in ["a\0b", "\0", "é\u{fffd}\u{10ffff}", "'; drop table countersign_inbox; --"] {
        let entry = of_type(text, text).about(text, Some(1));
        assert_eq!(inbox.accept(&entry).await?, Accepted::New, "{text:?}");
        assert_eq!(inbox.accept(&entry).await?, Accepted::Duplicate, "{text:?}");
        let taken = inbox.take(&wanted(1, MINUTE)).await?;
        assert_eq!(taken[0].request, entry.request().to_json(), "{text:?}");
        assert_eq!(inbox.bury(&taken[0].held, text).await?, Settled::Applied, "{text:?}");
        let row = inbox.list(&Filter::new().most(1)).await?.remove(0);
        assert_eq!(row.event_id.as_deref(), entry.event_id(), "{text:?}");
        assert_eq!(row.last_reason, Some(text.replace('\0', "\u{fffd}")));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn removes_old_rows_by_itself() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (inbox, sooner) = (inbox(&postgres).await?, pool(config(&postgres)));
    for id in ["done", "dead", "waiting"] {
        inbox.accept(&entry(id)).await?;
    }
    let taken = inbox.take(&wanted(2, MINUTE)).await?;
    let _ = inbox.finish(&taken[0].held).await?;
    let _ = inbox.bury(&taken[1].held, "dead").await?;
    let sooner = PostgresInbox::new(sooner).keep_for(Duration::ZERO);
    sooner.take(&wanted(0, MINUTE)).await?;
    assert_eq!(inbox.list(&Filter::new()).await?.len(), 3);
    sooner.take(&wanted(1, MINUTE)).await?;
    let rows = || postgres.execute("select count(*) from countersign_inbox_requests");
    let is_pruned = || rows().unwrap() == "2";
    assert!(tokio::task::block_in_place(|| countersign_tests::wait_until(is_pruned)));
    assert_eq!(inbox.list(&Filter::new()).await?.len(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_without_its_body_is_not_replayed() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?.forget_bodies_when_done();
    for about in [None, Some("object")] {
        let entry = entry(&format!("evt_{about:?}"));
        let entry = about.map_or(entry.clone(), |object| entry.about(object, None));
        inbox.accept(&entry).await?;
        let taken = inbox.take(&wanted(1, MINUTE)).await?;
        assert_eq!(inbox.finish(&taken[0].held).await?, Settled::Applied);
        assert!(!inbox.replay(taken[0].held.id()).await?, "{about:?}");
        assert_eq!(inbox.accept(&entry).await?, Accepted::Duplicate);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_were_taken_for_nobody_are_given_back() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    inbox.accept(&entry("evt_1")).await?;
    for _ in 0..5 {
        let wanted = wanted(1, MINUTE);
        let mut take = Box::pin(inbox.take(&wanted));
        tokio::select! {
            biased;
            taken = &mut take => panic!("the answer came at once: {taken:?}"),
            () = std::future::ready(()) => {}
        }
        drop(take);
    }
    let mut taken = Vec::new();
    while taken.is_empty() {
        sleep(Duration::from_millis(10)).await;
        taken = inbox.take(&wanted(1, MINUTE)).await?;
    }
    assert_eq!(taken[0].number, 1);
    Ok(())
}
