//! Servers and streams that an inbox refuses.

use countersign_nats::{
    SetupError,
    async_nats::jetstream::{self, stream},
};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_too_old_is_refused() -> Outcome {
    let Some(nats) = Nats::start_old()? else { return Ok(()) };
    let opened = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1).open().await;
    let error = opened.unwrap_err();
    assert!(matches!(error, SetupError::Version(_)), "{error}");
    assert!(error.to_string().contains("is too old: the inbox needs 2.12 or newer"), "{error}");
    let streams = jetstream::new(connect(&nats).await?).get_stream("webhooks").await;
    assert!(streams.is_err(), "a stream was made");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_does_not_write_before_it_answers_is_refused() -> Outcome {
    let Some(nats) = Nats::start_without_sync()? else { return Ok(()) };
    let inbox = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    let error = inbox.check_monitoring(&nats.monitoring(0)).open().await.unwrap_err();
    assert!(matches!(error, SetupError::NotSynced { .. }), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_writes_before_it_answers_is_accepted() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    let monitored = inbox.clone().check_monitoring(&nats.monitoring(0));
    monitored.clone().open().await?;
    // A server that is away must not keep a receiver from starting.
    monitored.check_monitoring("127.0.0.1:1").open().await?;
    let error = inbox.check_monitoring("127.0.0.1:1").open().await.unwrap_err();
    assert!(matches!(error, SetupError::Monitoring { .. }), "{error}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_with_other_settings_is_refused() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let config = stream::Config {
        name: "webhooks".to_owned(),
        subjects: vec!["webhooks.deliveries.*".to_owned()],
        retention: stream::RetentionPolicy::WorkQueue,
        ..stream::Config::default()
    };
    jetstream::new(connect(&nats).await?).create_stream(config).await?;
    let error = inbox(&nats).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the stream \"webhooks\" exists, and its retention is WorkQueue, not Limits"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_of_the_user_can_change() -> Outcome {
    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    inbox(&nats).await?;
    let keep_for = Duration::from_secs(3600);
    let changed = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    changed.keep_for(keep_for).max_bytes(1 << 20).open().await?;
    let stream = jetstream::new(connect(&nats).await?).get_stream("webhooks").await?;
    let config = &stream.cached_info().config;
    assert_eq!((config.max_age, config.duplicate_window), (keep_for, keep_for));
    assert_eq!(config.max_bytes, 1 << 20);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_does_not_fit_is_refused_with_advice() -> Outcome {
    use std::error::Error as _;

    use countersign::inbox::Accept as _;

    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = inbox(&nats).await?;
    let verifier = deliveries::verifier().body_limit(16 << 20);
    let long = deliveries::of(&verifier, "user.created", &"x".repeat(9 << 20));
    let error = inbox.accept(&long).await.unwrap_err();
    let advice = error.source().unwrap().to_string();
    assert!(advice.contains("raise `max_payload` of nats-server"), "{advice}");
    let verifier = deliveries::verifier().endpoint("\u{e9}".repeat(50));
    let error = inbox.accept(&deliveries::of(&verifier, "user.created", "1")).await.unwrap_err();
    let advice = error.source().unwrap().to_string();
    assert!(advice.contains("the name of the endpoint is too long"), "{advice}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_kept_for_a_time_and_dead_ones_without_a_limit() -> Outcome {
    use countersign::inbox::{Accept as _, Accepted, InboxStore as _};

    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    let inbox = inbox.keep_for(Duration::from_secs(1)).open().await?;
    for id in ["done", "dead"] {
        assert_eq!(inbox.accept(&entry(id)).await?, Accepted::New);
        assert_eq!(inbox.accept(&entry(id)).await?, Accepted::Duplicate);
    }
    let taken = inbox.take(&wanted(10, MINUTE)).await?;
    let _ = inbox.finish(&taken[0].held).await?;
    let _ = inbox.bury(&taken[1].held, "dead").await?;
    let streams = jetstream::new(connect(&nats).await?);
    let end = tokio::time::Instant::now() + PATIENCE;
    let mut left = [2, 2];
    while left != [0, 1] {
        assert!(tokio::time::Instant::now() < end, "{left:?} messages are left");
        tokio::time::sleep(Duration::from_millis(100)).await;
        for (left, stream) in left.iter_mut().zip(["webhooks", "webhooks-states"]) {
            *left = streams.get_stream(stream).await?.cached_info().state.messages;
        }
    }
    assert_eq!(inbox.accept(&entry("done")).await?, Accepted::New);
    let dead = inbox.dead(entry("").endpoint(), 10).await?;
    assert_eq!(dead[0].request, taken[1].request);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_stream_refuses_deliveries_and_keeps_those_that_wait() -> Outcome {
    use countersign::inbox::{Accept as _, Accepted, InboxStore as _};

    let Some(nats) = Nats::start(1)? else { return Ok(()) };
    let inbox = NatsInbox::builder(connect(&nats).await?, "webhooks").replicas(1);
    let inbox = inbox.max_bytes(16 * 1024).open().await?;
    let mut kept = 0;
    while let Ok(accepted) = inbox.accept(&entry(&format!("evt_{kept}"))).await {
        assert_eq!(accepted, Accepted::New);
        kept += 1;
    }
    assert!(kept > 3, "{kept}");
    assert_eq!(inbox.take(&wanted(1000, MINUTE)).await.map_or(0, |taken| taken.len()), kept);
    Ok(())
}
