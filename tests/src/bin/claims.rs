//! Claims events in Redis or PostgreSQL. Each input line is a number that selects a hundred events.
//! 64 tasks claim these events, each event four times, and the fresh ones are printed in one line.
//!
//! ```sh
//! seq 0 99 | claims redis://127.0.0.1:6379
//! seq 0 99 | claims 'host=/run/postgresql user=app'
//! ```

use std::{env, error::Error, io, time::Duration};

use countersign::idempotency::{Claim, IdempotencyKey, Lease, SharedStore, Store, StoreError};
use countersign_postgres::PostgresStore;
use countersign_redis::RedisStore;
use deadpool_postgres::{Manager, Pool};
use tokio::task::JoinSet;
use tokio_postgres::NoTls;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let store = open(&env::args().nth(1).ok_or("the server is missing")?).await?;
    for line in io::stdin().lines() {
        let first = line?.parse::<usize>()? * 100;
        let mut tasks = JoinSet::new();
        for task in 0..TASKS {
            let events = (first + task / TIMES..first + 100).step_by(TASKS / TIMES);
            tasks.spawn(claim(store.clone(), events));
        }
        let mut fresh = Vec::new();
        while let Some(events) = tasks.join_next().await {
            fresh.extend(events??);
        }
        let fresh: Vec<_> = fresh.iter().map(usize::to_string).collect();
        println!("{}", fresh.join(" "));
    }
    Ok(())
}

async fn open(server: &str) -> Result<SharedStore, Box<dyn Error>> {
    if server.starts_with("redis") {
        return Ok(SharedStore::new(RedisStore::connect(server).await?));
    }
    let store = PostgresStore::new(Pool::builder(Manager::new(server.parse()?, NoTls)).build()?);
    store.migrate().await?;
    Ok(SharedStore::new(store))
}

/// Returns the events that were fresh.
async fn claim(
    store: SharedStore,
    events: impl Iterator<Item = usize>,
) -> Result<Vec<usize>, StoreError> {
    let mut fresh = Vec::new();
    for event in events {
        let lease =
            Lease::new(IdempotencyKey::builder("e").event_type(None).id(&event.to_string()));
        if store.claim(&lease, Duration::from_secs(3600)).await? == Claim::Fresh {
            fresh.push(event);
        }
    }
    Ok(fresh)
}

const TASKS: usize = 64;
const TIMES: usize = 4;
