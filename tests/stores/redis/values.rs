//! The values in the store's keys.

use std::error::Error as _;

use countersign::idempotency::{Claim, Settled, Store as _};
use countersign_redis::RedisStore;
use countersign_tests::Redis;

use crate::{HOUR, Outcome, lease, told};

#[tokio::test]
async fn keeps_one_readable_value_for_each_event() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let one = lease("evt 1");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    assert_eq!(redis.execute(["KEYS", "*"])?, "countersign:e/-/-/evt%201");
    let get = ["GET", "countersign:e/-/-/evt%201"];
    assert_eq!(redis.execute(get)?, format!("claimed:{}", one.token()));
    let left: u64 = redis.execute(["PTTL", "countersign:e/-/-/evt%201"])?.parse()?;
    assert!((1_800_000..=3_600_000).contains(&left), "{left}");

    assert_eq!(store.complete(&one, 24 * HOUR, "note".into()).await?, Settled::Applied);
    assert_eq!(redis.execute(get)?, format!("done:{}:note", one.token()));
    let left: u64 = redis.execute(["PTTL", "countersign:e/-/-/evt%201"])?.parse()?;
    assert!((23 * 3_600_000..=24 * 3_600_000).contains(&left), "{left}");

    let one = lease("evt 2");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    assert_eq!(store.release(&one).await?, Settled::Applied);
    assert_eq!(redis.execute(["KEYS", "*"])?, "countersign:e/-/-/evt%201");
    Ok(())
}

#[tokio::test]
async fn stores_with_different_prefixes_share_nothing() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let other = store.clone().prefix("staging:");
    assert_eq!(store.claim(&lease("1"), HOUR).await?, Claim::Fresh);
    assert_eq!(other.claim(&lease("1"), HOUR).await?, Claim::Fresh);
    let again = store.clone().prefix("countersign:");
    assert!(matches!(again.claim(&lease("1"), HOUR).await?, Claim::InProgress { .. }));
    Ok(())
}

#[tokio::test]
async fn completing_twice_returns_the_same_result() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let (one, other) = (lease("1"), lease("1"));
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    for _ in 0..2 {
        assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
        assert_eq!(store.complete(&other, HOUR, "note".into()).await?, Settled::LeaseLost);
    }
    Ok(())
}

#[tokio::test]
async fn does_not_change_values_that_no_store_wrote() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let foreign = [
        ("list", vec!["RPUSH", "countersign:e/-/-/list", "x"]),
        ("hash", vec!["HSET", "countersign:e/-/-/hash", "x", "y"]),
        ("text", vec!["SET", "countersign:e/-/-/text", "locked"]),
        ("empty", vec!["SET", "countersign:e/-/-/empty", ""]),
        ("number", vec!["SET", "countersign:e/-/-/number", "1"]),
    ];
    for (id, command) in foreign {
        redis.execute(command)?;
        let dump = ["DUMP", &format!("countersign:e/-/-/{id}")];
        let before = redis.execute(dump)?;
        let one = lease(id);
        let errors = [
            store.claim(&one, HOUR).await.unwrap_err(),
            store.complete(&one, HOUR, "note".into()).await.unwrap_err(),
            store.release(&one).await.unwrap_err(),
        ];
        for error in errors {
            assert!(error.source().is_some());
            let told = told(&error);
            assert!(told.contains("WRONGTYPE") || told.contains("no store wrote"), "{told}");
        }
        assert_eq!(redis.execute(dump)?, before);
    }
    Ok(())
}

#[tokio::test]
async fn a_claim_without_an_expiry_is_an_error() -> Outcome {
    let Some(redis) = Redis::start()? else { return Ok(()) };
    let store = RedisStore::connect(&redis.url()).await?;
    let one = lease("1");
    assert_eq!(store.claim(&one, HOUR).await?, Claim::Fresh);
    redis.execute(["PERSIST", "countersign:e/-/-/1"])?;
    assert!(told(&store.claim(&lease("1"), HOUR).await.unwrap_err()).contains("has no ttl"));
    // The holder of the claim can still complete it.
    assert_eq!(store.complete(&one, HOUR, "note".into()).await?, Settled::Applied);
    Ok(())
}
