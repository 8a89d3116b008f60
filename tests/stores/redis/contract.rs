//! The contract that any store must keep.

use std::sync::atomic::{AtomicU32, Ordering};

use countersign::idempotency::conformance;
use countersign_redis::RedisStore;
use countersign_tests::Redis;

use crate::Outcome;

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    check(&redis.url()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_contract_over_resp3() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    check(&format!("{}?protocol=resp3", redis.url())).await
}

/// The user has exactly the rights that the crate's page lists.
#[tokio::test(flavor = "multi_thread")]
async fn needs_few_commands_on_its_own_keys() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let page = include_str!("../../../crates/countersign-redis/README.md");
    let line = page.lines().find_map(|line| line.strip_prefix("ACL SETUSER webhooks ")).unwrap();
    redis.execute(["ACL", "SETUSER", "webhooks"].into_iter().chain(line.split(' ')))?;
    check(&format!("{}?user=webhooks&pass=s3cret", redis.url())).await
}

async fn check(url: &str) -> Outcome {
    let store = RedisStore::connect(url).await?;
    let rules = AtomicU32::new(0);
    let store = || async {
        let rule = rules.fetch_add(1, Ordering::Relaxed);
        store.clone().prefix(format!("countersign:{rule}:"))
    };
    conformance::check(store).await;
    Ok(())
}
