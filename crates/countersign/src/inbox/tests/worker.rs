//! The worker, with closures as handlers.

use super::*;

#[tokio::test]
async fn keeps_a_delivery_once_and_handles_it_later() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let duplicate = accept(&inbox, CREATED).await.unwrap_err();
    assert!(matches!(duplicate.reason(), Reason::Duplicate { .. }));
    assert_eq!(duplicate.status(), 200);

    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        let sink = Arc::clone(&sink);
        async move {
            let seen = (delivery.verified.bytes().to_vec(), delivery.attempt.number());
            sink.lock().unwrap().push(seen);
            assert_eq!(delivery.request.path(), "/webhooks");
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(*seen.lock().unwrap(), [(CREATED.as_bytes().to_vec(), 1)]);
    // Done rows are the memory for duplicates.
    assert_eq!(accept(&inbox, CREATED).await.unwrap_err().status(), 200);
}

#[tokio::test]
async fn tries_again_and_buries_after_the_last_attempt() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let running = run(&inbox, move |_| {
        count.fetch_add(1, Relaxed);
        async { Err(Failure::retry("the mail server is away")) }
    });
    let rows = settled(&inbox, &[State::Dead]).await;
    running.stop().await;
    assert_eq!(attempts.load(Relaxed), 3);
    assert_eq!(rows[0].attempts, 3);
    assert_eq!(rows[0].last_reason.as_deref(), Some("the mail server is away"));
}

#[tokio::test]
async fn buries_bad_data_at_once() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |_| async { Err(Failure::dead("no such user")) });
    let rows = settled(&inbox, &[State::Dead]).await;
    running.stop().await;
    assert_eq!(rows[0].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_and_a_deadline_are_failed_attempts() {
    let inbox = inbox().handler_deadline(Duration::from_millis(20));
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |delivery: Received<Verified<P>>| async move {
        match delivery.attempt.number() {
            1 => panic!("a bug"),
            2 => std::future::pending().await,
            _ => Ok(()),
        }
    });
    let rows = settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(rows[0].attempts, 3);
    let details = inbox.engine().get(rows[0].id).await.unwrap().unwrap();
    let reasons: Vec<_> = details.attempts.iter().map(|ended| ended.reason.as_deref()).collect();
    assert_eq!(reasons, [Some("the handler panicked"), Some("no answer within 20ms"), None]);
}

#[tokio::test(start_paused = true)]
async fn holds_the_lease_while_the_handler_works() {
    let inbox = inbox().lease(Duration::from_millis(30));
    accept(&inbox, CREATED).await.unwrap();
    let attempts = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&attempts);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        count.fetch_add(1, Relaxed);
        async move {
            tokio::time::sleep(Duration::from_millis(200)).await;
            assert!(!delivery.attempt.is_lease_lost());
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    assert_eq!(attempts.load(Relaxed), 1);
}

#[tokio::test]
async fn a_stop_puts_back_what_is_running_and_does_not_count_it() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let (began, begun) = oneshot::channel();
    let began = Mutex::new(Some(began));
    let running = run(&inbox, move |_| {
        began.lock().unwrap().take().unwrap().send(()).unwrap();
        std::future::pending()
    });
    begun.await.unwrap();
    running.stop().await;
    let row = &rows(&inbox).await[0];
    assert_eq!((row.state, row.attempts), (State::Waiting, 0));
}

#[tokio::test]
async fn keeps_the_order_of_an_object_and_skips_older_versions() {
    let inbox = inbox().serial_by(Object::Field("/data/order")).skip_older_by("/data/version");
    let body = |id, order, version| {
        format!(
            r#"{{"id":"{id}","type":"order.changed","data":{{"order":"{order}","version":{version}}}}}"#
        )
    };
    for (id, order, version) in [("1", "a", 2), ("2", "a", 1), ("3", "b", 1), ("4", "a", 3)] {
        accept(&inbox, &body(id, order, version)).await.unwrap();
    }
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let running = run(&inbox, move |delivery: Received<Verified<P>>| {
        let sink = Arc::clone(&sink);
        async move {
            let id = delivery.request.delivery().id().unwrap().to_owned();
            // The first attempt of the first delivery fails: the others about `a` wait.
            if id == "1" && delivery.attempt.number() == 1 {
                return Err(Failure::retry("not yet"));
            }
            sink.lock().unwrap().push(id);
            Ok(())
        }
    });
    settled(&inbox, &[State::Done]).await;
    running.stop().await;
    let seen = seen.lock().unwrap();
    let of_a: Vec<_> = seen.iter().filter(|id| *id != "3").map(String::as_str).collect();
    assert_eq!(of_a, ["1", "4"]);
    assert!(seen.iter().any(|id| id == "3"));
}

#[tokio::test]
async fn works_only_on_its_own_endpoints() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let other = verifier().endpoint("other");
    let worker = inbox.worker(&other, |_| async { panic!("a delivery of another endpoint") });
    worker.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    let row = &rows(&inbox).await[0];
    assert_eq!((row.state, row.attempts), (State::Waiting, 0));
}

#[tokio::test]
async fn a_rotated_secret_does_not_make_a_delivery_unreadable() {
    let inbox = inbox();
    accept(&inbox, CREATED).await.unwrap();
    let rotated = Verifier::<P>::new(Secret::new("another").unwrap()).unwrap();
    let strict = inbox.clone().verify_again().worker(&rotated, |_| async { Ok(()) });
    strict.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    let row = &rows(&inbox).await[0];
    assert_eq!(row.state, State::Dead, "{row:?}");

    assert!(inbox.engine().replay(row.id).await.unwrap());
    let lenient = inbox.worker(&rotated, |_| async { Ok(()) });
    lenient.run_until(tokio::time::sleep(Duration::from_millis(50))).await;
    assert_eq!(rows(&inbox).await[0].state, State::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_succeeds_while_it_is_stopped_is_done() {
    let inbox = inbox().handler_deadline(Duration::from_millis(20));
    accept(&inbox, CREATED).await.unwrap();
    let running = run(&inbox, |_| async {
        // Work without an `await` cannot be stopped.
        std::thread::sleep(Duration::from_millis(200));
        Ok(())
    });
    let rows = settled(&inbox, &[State::Done, State::Dead]).await;
    running.stop().await;
    assert_eq!((rows[0].state, rows[0].attempts), (State::Done, 1), "{rows:?}");
}

#[cfg(feature = "tenants")]
#[test]
#[should_panic(expected = "`Inbox::verify_again` does not work with secrets per tenant")]
fn signatures_of_tenants_cannot_be_checked_again() {
    use std::error::Error;

    use countersign_core::{
        Secrets,
        request::RequestHead,
        tenants::{SecretSource, Tenants},
    };

    struct Nobody;

    impl SecretSource for Nobody {
        fn tenant(&self, _: &RequestHead<'_>) -> Option<String> {
            None
        }

        async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
            Ok(None)
        }
    }

    let verifier = Verifier::<P>::per_tenant(Tenants::new(Nobody));
    let _ = inbox().verify_again().worker(&verifier, |_| async { Ok(()) });
}

#[test]
#[should_panic(expected = "set `Inbox::serial_by` before `skip_older_by`")]
fn a_version_without_an_object_is_a_mistake() {
    let _ = inbox().skip_older_by("/data/version");
}
