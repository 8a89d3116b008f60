//! The removal of expired rows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use countersign::idempotency::{Claim, Settled, Store};
use tokio::task::JoinSet;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn removes_only_expired_rows_and_in_batches() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    postgres.execute(
        "insert into countersign_claims
         select n::text, '', now() + (n - 2500) * interval '1 hour', case when n % 2 = 0 then ''::bytea end
         from generate_series(1, 5000) n",
    )?;
    let mut removed = Vec::new();
    while removed.last() != Some(&0) {
        removed.push(store.prune(1000).await?);
    }
    assert_eq!(removed, [1000, 1000, 500, 0]);
    assert_eq!(
        postgres.execute("select count(*), min(key::int) from countersign_claims")?,
        "2500|2501"
    );
    assert_eq!(store.prune(0).await?, 0);
    assert_eq!(store.prune(u32::MAX).await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn finds_expired_rows_with_the_index() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    postgres.execute(
        "insert into countersign_claims
         select n::text, '', now() + interval '1 day', '' from generate_series(1, 50000) n;
         analyze countersign_claims",
    )?;
    assert_eq!(store.prune(1000).await?, 0);
    drop(store);
    while postgres.execute(OTHERS)? != "0" {}
    let scans = "select idx_scan from pg_stat_user_indexes \
                 where indexrelname = 'countersign_claims_expires_at'";
    assert_eq!(postgres.execute(scans)?, "1");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_prune_nor_claim_waits_for_the_other() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut pruning = JoinSet::new();
    for _ in 0..4 {
        let (store, is_over) = (store.clone(), Arc::clone(&is_over));
        pruning.spawn(async move {
            let mut removed = 0;
            while !is_over.load(Ordering::Relaxed) {
                removed += store.prune(50).await?;
            }
            Ok::<_, countersign::idempotency::StoreError>(removed)
        });
    }
    let mut claiming = JoinSet::new();
    for task in 0..32 {
        let store = store.clone();
        claiming.spawn(async move {
            for event in 0..50 {
                let id = format!("{task}-{event}");
                // The first two claims expire at once, so that they can be pruned between the
                // claims.
                for length in [Duration::ZERO, Duration::ZERO, MINUTE] {
                    let one = lease(&id);
                    assert_eq!(store.claim(&one, length).await?, Claim::Fresh);
                    if length == MINUTE {
                        let settled = store.complete(&one, MINUTE, Bytes::new()).await?;
                        assert_eq!(settled, Settled::Applied);
                    }
                }
                let claim = store.claim(&lease(&id), MINUTE).await?;
                assert_eq!(claim, Claim::Done { note: Bytes::new() });
            }
            Ok::<_, countersign::idempotency::StoreError>(())
        });
    }
    while let Some(claimed) = claiming.join_next().await {
        claimed??;
    }
    is_over.store(true, Ordering::Relaxed);
    let mut removed = 0;
    while let Some(pruned) = pruning.join_next().await {
        removed += pruned??;
    }
    assert!(removed > 0);
    assert_eq!(
        postgres.execute("select count(*) from countersign_claims where note is not null")?,
        "1600"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn leaves_locked_rows_for_the_next_time() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    for id in ["1", "2"] {
        assert_eq!(store.claim(&lease(id), Duration::ZERO).await?, Claim::Fresh);
    }
    let mut client = pool(&postgres, 1).get().await?;
    let transaction = client.transaction().await?;
    assert_eq!(store.claim_in(&transaction, &key("1"), MINUTE).await?, Claim::Fresh);
    assert_eq!(store.prune(10).await?, 1);
    transaction.commit().await?;
    assert_eq!(store.prune(10).await?, 0);
    assert_eq!(postgres.execute("select key from countersign_claims")?, "tests/-/-/1");
    Ok(())
}
