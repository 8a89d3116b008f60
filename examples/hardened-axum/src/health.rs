//! Health checks for load balancers. They do not show whether deliveries arrive: watch the metrics
//! for that.

use std::{env, time::Duration};

use anyhow::Context;
use axum::{extract::State, http::StatusCode};
use countersign::idempotency::{IdempotencyKey, MemoryStore, SharedStore, Store};
use countersign_redis::RedisStore;
use tokio::time::timeout;

/// Returns the store of events: Redis if `REDIS_URL` is set, otherwise the memory of this process.
pub(crate) async fn store() -> anyhow::Result<SharedStore> {
    match env::var("REDIS_URL") {
        Ok(url) => {
            let redis = RedisStore::connect(&url).await;
            Ok(SharedStore::new(redis.context("REDIS_URL")?))
        }
        Err(_) => Ok(SharedStore::new(MemoryStore::new())),
    }
}

/// Answers 200 while the process runs.
pub(crate) async fn healthz() {}

/// Answers 200 if a delivery could be handled now, and 503 if the store of events does not answer
/// within 1 s. The secrets need no check, because the program does not start without them.
pub(crate) async fn readyz(State(store): State<SharedStore>) -> StatusCode {
    // No event has this key, so no event is forgotten.
    let probe = IdempotencyKey::builder("readyz").event_type(None).id("probe");
    match timeout(Duration::from_secs(1), store.forget(&probe)).await {
        Ok(Ok(_)) => StatusCode::OK,
        Ok(Err(_)) | Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}
