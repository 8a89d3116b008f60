//! A cluster of one node. It checks that each command names the one key that it uses.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use countersign::idempotency::{Claim, Settled, Store as _, conformance};
use countersign_redis::{RedisStore, redis::cluster::ClusterClient};
use countersign_tests::Redis;

use crate::{HOUR, Outcome, lease};

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_on_a_cluster() -> Outcome {
    let Some((_redis, port)) = Redis::start_cluster()? else { return Ok(()) };
    let client = ClusterClient::builder([format!("redis://127.0.0.1:{port}")])
        .response_timeout(Duration::from_secs(1))
        .build()?;
    let connection = client.get_async_connection().await?;
    let rules = AtomicU32::new(0);
    let store = || async {
        let rule = rules.fetch_add(1, Ordering::Relaxed);
        RedisStore::new(connection.clone()).prefix(format!("{rule}:"))
    };
    conformance::check(store).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_scripts_that_the_node_does_not_know() -> Outcome {
    let Some((redis, port)) = Redis::start_cluster()? else { return Ok(()) };
    let client = ClusterClient::new([format!("redis://127.0.0.1:{port}")])?;
    let store = RedisStore::new(client.get_async_connection().await?);
    for id in ["1", "2"] {
        let one = lease(id);
        assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
        redis.execute(["SCRIPT", "FLUSH"])?;
        assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
        redis.execute(["SCRIPT", "FLUSH"])?;
        assert_eq!(store.claim(&lease(id), HOUR).await?, Claim::Done { note: "note".into() });
    }
    Ok(())
}
