//! Servers that restart, freeze, or close connections.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use countersign::idempotency::{Claim, Settled, Store as _};
use countersign_redis::{
    RedisStore, connection_settings,
    redis::{Client, aio::ConnectionManager},
};
use countersign_tests::Redis;
use tokio::{
    task::{JoinSet, block_in_place},
    time::{error::Elapsed, timeout},
};

use crate::{HOUR, Outcome, lease, told};

#[tokio::test]
async fn a_restart_between_two_calls_is_not_noticed() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let one = lease("1");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    redis.stop()?;
    redis.start_again()?;
    // Both the connection and the script are gone.
    assert!(matches!(store.claim(&lease("1"), HOUR).await?, Claim::InProgress { .. }));
    redis.stop()?;
    redis.start_again()?;
    assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
    redis.stop()?;
    redis.start_again()?;
    assert_eq!(store.release(&lease("1")).await?, Settled::LeaseLost);
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Done { note: "note".into() });
    Ok(())
}

#[tokio::test]
async fn scripts_that_were_flushed_are_sent_again() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    for id in ["1", "2"] {
        let one = lease(id);
        assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
        redis.execute(["SCRIPT", "FLUSH"])?;
        assert!(matches!(store.claim(&lease(id), HOUR).await?, Claim::InProgress { .. }));
        redis.execute(["SCRIPT", "FLUSH"])?;
        assert_eq!(store.release(&one).await?, Settled::Applied);
        redis.execute(["SCRIPT", "FLUSH"])?;
        assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
    }
    Ok(())
}

#[tokio::test]
async fn a_stopped_server_is_an_error_at_once_and_works_after_its_restart() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let one = lease("1");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    redis.stop()?;
    for _ in 0..3 {
        let error = in_time(store.claim(&one, HOUR)).await?.unwrap_err();
        assert!(error.source().is_some());
        assert!(store.complete(&one, HOUR, "note".into()).await.is_err());
        assert!(store.release(&one).await.is_err());
    }
    redis.start_again()?;
    // The first call succeeds.
    assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
    Ok(())
}

#[tokio::test]
async fn a_frozen_server_is_an_error_in_time_and_works_after_it_is_thawed() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let leases: Vec<_> = (0..64).map(|id| lease(&id.to_string())).collect();
    redis.freeze()?;
    let mut claims = JoinSet::new();
    for one in leases.clone() {
        let store = store.clone();
        claims.spawn(async move {
            let start = Instant::now();
            let error = in_time(store.claim(&one, HOUR)).await.unwrap().unwrap_err();
            assert!(error.source().unwrap().to_string().contains("timed out"), "{error:?}");
            assert!(start.elapsed() > Duration::from_millis(900));
        });
    }
    claims.join_all().await;
    redis.thaw()?;
    for one in leases {
        // The holder can repeat its claim, whether or not the server executed it.
        assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
        let other = lease(one.key().as_str().trim_start_matches("e/-/-/"));
        assert!(matches!(store.claim(&other, HOUR).await?, Claim::InProgress { .. }));
    }
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_frozen_from_the_start_is_an_error_in_time() -> Outcome {
    let Some(mut redis) = Redis::start()? else { return Ok(()) };
    redis.freeze()?;
    let client = Client::open(redis.url())?;
    let store =
        RedisStore::new(ConnectionManager::new_lazy_with_config(client, connection_settings())?);
    assert!(in_time(store.claim(&lease("1"), HOUR)).await?.is_err());
    Ok(())
}

#[tokio::test]
async fn a_server_that_is_full_or_a_replica_is_an_error() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let states = [
        ("OOM", "CONFIG SET maxmemory 1", "CONFIG SET maxmemory 0"),
        ("ReadOnly", "REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE"),
    ];
    for (says, enter, leave) in states {
        redis.execute(enter.split(' '))?;
        let error = store.claim(&lease(says), HOUR).await.unwrap_err();
        assert!(told(&error).contains(says), "{error:?}");
        redis.execute(leave.split(' '))?;
        assert_eq!(store.claim(&lease(says), HOUR).await?, Claim::Fresh);
    }
    Ok(())
}

#[tokio::test]
async fn a_connection_that_was_cut_is_not_noticed() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let one = lease("1");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    redis.execute(KILL)?;
    assert!(matches!(store.claim(&lease("1"), HOUR).await?, Claim::InProgress { .. }));
    redis.execute(KILL)?;
    assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
    redis.execute(KILL)?;
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Done { note: "note".into() });
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_is_claimed_once_while_connections_are_cut() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut fresh = 0;
            // Two tasks claim each event.
            for event in (0..200).map(|event| event * 32 + task % 32) {
                let one = lease(&event.to_string());
                let claim = loop {
                    // Two connections can be cut during one call, which then fails. The lease makes
                    // the repeated call safe.
                    if let Ok(claim) = store.claim(&one, HOUR).await {
                        break claim;
                    }
                };
                if claim == Claim::Fresh {
                    fresh += 1;
                    let settled = loop {
                        if let Ok(settled) = store.complete(&one, HOUR, "note".into()).await {
                            break settled;
                        }
                    };
                    assert_eq!(settled, Settled::Applied);
                }
            }
            fresh
        });
    }
    let mut cut = 0;
    for _ in 0..30 {
        cut += block_in_place(|| redis.execute(KILL))?.parse::<u32>()?;
    }
    let fresh: u32 = tasks.join_all().await.into_iter().sum();
    assert_ne!(cut, 0);
    assert_eq!(fresh, 200 * 32);
    Ok(())
}

/// Closes the connections of all clients except the one that sends this command.
const KILL: [&str; 4] = ["CLIENT", "KILL", "TYPE", "normal"];

/// Ends before the middleware's deadline. Both are timers of one process, so that the order in
/// which they end does not depend on the load of the machine.
async fn in_time<F: Future>(claim: F) -> Result<F::Output, Elapsed> {
    timeout(Duration::from_secs(2), claim).await
}
