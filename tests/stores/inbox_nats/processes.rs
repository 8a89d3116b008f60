//! Receivers and workers of several processes.

use countersign::inbox::{Accept as _, Accepted, InboxStore as _, Settled};
use countersign_nats::async_nats::jetstream::{self, consumer::PullConsumer};
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::time::{Instant, sleep, timeout};

use super::*;

/// Takes until a delivery is due.
async fn comes(inbox: &NatsInbox, lease: Duration) -> countersign::inbox::Taken {
    let end = Instant::now() + PATIENCE;
    loop {
        let taken = inbox.take(&wanted(1, lease)).await.unwrap();
        if let Some(taken) = taken.into_iter().next() {
            return taken;
        }
        assert!(Instant::now() < end, "no delivery is due");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_lost_its_lease_to_another_process_changes_nothing() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let (one, other) = (inbox(&nats).await?, inbox(&nats).await?);
    assert_eq!(one.accept(&entry("evt_1")).await?, Accepted::New);
    let first = comes(&one, Duration::from_millis(100)).await.held;
    let second = comes(&other, MINUTE).await;
    assert_eq!(second.number, 2);
    for settled in [
        one.extend(&first, MINUTE).await?,
        one.release(&first).await?,
        one.finish(&first).await?,
        one.fail_until(&first, Duration::ZERO, "late").await?,
        one.bury(&first, "late").await?,
    ] {
        assert_eq!(settled, Settled::LeaseLost);
    }
    assert!(one.take(&wanted(10, MINUTE)).await?.is_empty());
    assert_eq!(other.finish(&second.held).await?, Settled::Applied);
    assert_eq!(one.accept(&entry("evt_1")).await?, Accepted::Duplicate);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_are_done_stay_done_if_the_server_forgets_the_acknowledgements() -> Outcome
{
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let one = inbox(&nats).await?;
    for id in ["done", "dead", "waiting", "new"] {
        one.accept(&entry(id)).await?;
    }
    let taken = one.take(&wanted(3, MINUTE)).await?;
    let _ = one.finish(&taken[0].held).await?;
    let _ = one.bury(&taken[1].held, "no attempt succeeds").await?;
    let _ = one.fail_until(&taken[2].held, MINUTE, "later").await?;
    // A consumer that has lost everything gives all deliveries out again.
    let streams = jetstream::new(connect(&nats).await?);
    let stream = streams.get_stream("webhooks").await?;
    let mut consumers = stream.consumer_names();
    let name = consumers.next().await.unwrap()?;
    stream.delete_consumer(&name).await?;

    let other = inbox(&nats).await?;
    let taken = other.take(&wanted(10, MINUTE)).await?;
    assert_eq!(taken.iter().map(|taken| taken.number).collect::<Vec<_>>(), [1]);
    assert_eq!(other.finish(&taken[0].held).await?, Settled::Applied);
    let stats = other.stats().await?.remove(0);
    assert_eq!([stats.ready, stats.waiting, stats.running, stats.dead], [0, 1, 0, 1]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_given_to_a_dying_worker_is_counted_and_given_out_again() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = inbox(&nats).await?;
    // The consumer is made with this lease.
    assert!(inbox.take(&wanted(1, Duration::from_secs(1))).await?.is_empty());
    inbox.accept(&entry("evt_1")).await?;
    // A worker that dies between the message and its state.
    let streams = jetstream::new(connect(&nats).await?);
    let stream = streams.get_stream("webhooks").await?;
    let name = stream.consumer_names().next().await.unwrap()?;
    let consumer: PullConsumer = stream.get_consumer(&name).await.unwrap();
    let mut messages = consumer.batch().max_messages(1).expires(PATIENCE).messages().await?;
    messages.next().await.unwrap().unwrap();
    drop(messages);
    let stats = inbox.stats().await?.remove(0);
    assert_eq!([stats.ready, stats.running], [1, 0]);
    let taken = comes(&inbox, MINUTE).await;
    assert_eq!(taken.number, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_extension_that_is_dropped_does_not_cost_the_result() -> Outcome {
    let Some(nats) = Nats::start(3)? else { return Ok(()) };
    let inbox = inbox(&nats).await?;
    let mut dropped = 0;
    for number in 0..50 {
        inbox.accept(&entry(&format!("evt_{number}"))).await?;
        let taken = comes(&inbox, MINUTE).await;
        // A handler ends while its worker prolongs the lease. The answer of the server is there at
        // the first poll if this thread was interrupted: then nothing is dropped.
        match inbox.extend(&taken.held, MINUTE).now_or_never() {
            None => dropped += 1,
            Some(extended) => assert_eq!(extended?, Settled::Applied),
        }
        assert_eq!(inbox.finish(&taken.held).await?, Settled::Applied);
    }
    assert!(dropped > 0, "no extension was dropped");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_are_taken_than_wanted_while_the_server_is_slow() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = inbox(&nats).await?;
    let endpoints = ["one", "two", "three"];
    let at = |endpoint: &str| {
        let verifier = deliveries::verifier().endpoint(endpoint.to_owned());
        deliveries::of(&verifier, "user.created", endpoint)
    };
    let mut one = wanted(1, MINUTE);
    one.endpoints = endpoints.map(str::to_owned).into();
    // The consumers are made.
    assert!(inbox.take(&one).await?.is_empty());
    let taking = inbox.take(&one);
    let accepting = async {
        sleep(Duration::from_millis(50)).await;
        for endpoint in endpoints {
            inbox.accept(&at(endpoint)).await.unwrap();
        }
    };
    let (taken, ()) = tokio::join!(taking, accepting);
    let mut count = taken?.len();
    assert!(count <= 1, "{count} were taken");
    let end = Instant::now() + PATIENCE;
    while count < 3 {
        let taken = inbox.take(&one).await?.len();
        assert!(taken <= 1 && Instant::now() < end, "{taken} were taken, {count} before");
        count += taken;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_was_removed_while_it_ran_can_end() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    let inbox = inbox.keep_for(2 * SECOND).open().await?;
    for id in ["late", "dead"] {
        inbox.accept(&entry(id)).await?;
    }
    let taken = inbox.take(&wanted(2, MINUTE)).await?;
    // The retry would be due after the removal.
    assert_eq!(inbox.fail_until(&taken[0].held, MINUTE, "busy").await?, Settled::Applied);
    let endpoint = entry("").endpoint().to_owned();
    let late = inbox.dead(&endpoint, 10).await?.remove(0);
    let reason = late.reason.as_deref();
    assert_eq!(reason, Some("it would be removed before its next attempt: busy"));
    let streams = jetstream::new(connect(&nats).await?);
    let end = Instant::now() + PATIENCE;
    while streams.get_stream("webhooks").await?.cached_info().state.messages > 0 {
        assert!(Instant::now() < end, "the deliveries are not removed");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(inbox.bury(&taken[1].held, "no attempt succeeds").await?, Settled::Applied);
    assert_eq!(inbox.dead(&endpoint, 10).await?.len(), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_woken_by_another_process() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let (receiver, worker) = (inbox(&nats).await?, inbox(&nats).await?);
    for round in 0..3 {
        assert!(worker.take(&wanted(10, MINUTE)).await?.is_empty());
        let mut due = Box::pin(worker.wait_until_due());
        // The bell of the last round may still ring.
        while timeout(Duration::from_millis(100), &mut due).await.is_ok() {
            worker.take(&wanted(10, MINUTE)).await?;
            due = Box::pin(worker.wait_until_due());
        }
        assert_eq!(receiver.accept(&entry(&format!("evt_{round}"))).await?, Accepted::New);
        timeout(PATIENCE, due).await?;
        let taken = comes(&worker, MINUTE).await;
        assert_eq!(worker.finish(&taken.held).await?, Settled::Applied);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_lost_two_attempts_are_taken_one_by_one() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let one = inbox(&nats).await?;
    for id in ["1", "2", "3"] {
        one.accept(&entry(id)).await?;
    }
    let short = Duration::from_millis(50);
    let mut taken = 0;
    // Each of them has two attempts that vanish.
    while taken < 6 {
        taken += one.take(&wanted(10, short)).await?.len();
    }
    sleep(2 * short).await;
    let suspect = one.take(&wanted(10, MINUTE)).await?;
    assert_eq!(suspect.iter().map(|taken| taken.number).collect::<Vec<_>>(), [3]);
    assert!(one.take(&wanted(10, MINUTE)).await?.is_empty());
    assert_eq!(one.finish(&suspect[0].held).await?, Settled::Applied);
    assert_eq!(comes(&one, MINUTE).await.number, 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_that_were_taken_for_nobody_are_given_back() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = inbox(&nats).await?;
    for id in ["1", "2", "3"] {
        inbox.accept(&entry(id)).await?;
        // The worker stops while it takes.
        let wanted = wanted(10, 60 * MINUTE);
        let take = inbox.take(&wanted);
        assert!(take.now_or_never().is_none());
        let taken = comes(&inbox, 60 * MINUTE).await;
        assert_eq!(taken.number, 1, "an attempt without a worker was counted");
        assert_eq!(inbox.finish(&taken.held).await?, Settled::Applied);
    }
    Ok(())
}
