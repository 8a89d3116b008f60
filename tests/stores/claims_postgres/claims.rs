//! The store's methods, beyond the rules for any store.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use bytes::Bytes;
use countersign::idempotency::{Claim, Settled, SharedStore, Store};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn holds_to_the_rules_of_a_store() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let pool = pool(&postgres, CONNECTIONS);
    let tables = AtomicU32::new(0);
    for prepared in [false, true] {
        let make = || async {
            let table = format!("claims{}", tables.fetch_add(1, Ordering::Relaxed));
            let store = PostgresStore::new(pool.clone()).table(&table).unwrap();
            store.migrate().await.unwrap();
            store.prepared_statements(prepared)
        };
        conformance::check(make).await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_keeps_statements_if_that_is_set() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for (prepared, kept) in [(false, 0), (true, 1)] {
        let pool = pool(&postgres, 1);
        let store = PostgresStore::new(pool.clone()).prepared_statements(prepared);
        store.migrate().await?;
        for id in ["1", "2", "3"] {
            let lease = lease(&format!("{prepared} {id}"));
            assert_eq!(store.claim(&lease, MINUTE).await?, Claim::Fresh);
        }
        let client = pool.get().await?;
        let count = "select count(*) from pg_prepared_statements where statement like 'insert%'";
        assert_eq!(client.query_typed_one(count, &[]).await?.get::<_, i64>(0), kept, "{prepared}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prepares_nothing_and_writes_nothing_for_a_duplicate() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let pool = pool(&postgres, 1);
    let store = PostgresStore::new(pool.clone());
    store.migrate().await?;
    let said = postgres.log()?.len();
    for id in ["1", "2", "3"] {
        let (one, other) = (lease(id), lease(id));
        assert_eq!(store.claim(&one, MINUTE).await?, Claim::Fresh);
        assert_eq!(store.complete(&one, MINUTE, Bytes::new()).await?, Settled::Applied);
        assert_eq!(store.claim(&other, MINUTE).await?, Claim::Done { note: Bytes::new() });
        assert_eq!(store.release(&one).await?, Settled::LeaseLost);
    }
    // The server logs each statement. Only the duplicate needs two statements.
    let log = postgres.log()?.split_off(said);
    assert_eq!(log.matches("execute <unnamed>").count(), 3 * (1 + 1 + 2 + 1), "{log}");
    let prepared = "select count(*) from pg_prepared_statements";
    let prepared: i64 = pool.get().await?.query_typed_one(prepared, &[]).await?.get(0);
    assert_eq!(prepared, 0, "a pooler would not know of it");
    let written = "select n_tup_upd, n_tup_del from pg_stat_user_tables";
    drop((store, pool));
    while postgres.execute(OTHERS)? != "0" {}
    assert_eq!(postgres.execute(written)?, "3|0", "completed, and nothing else");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn works_inside_a_shared_store() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let shared = SharedStore::new(store(&postgres).await?);
    let clone = shared.clone();
    assert_eq!(shared.claim(&lease("1"), MINUTE).await?, Claim::Fresh);
    assert!(matches!(clone.claim(&lease("1"), MINUTE).await?, Claim::InProgress { .. }));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn distinguishes_keys_that_a_collation_takes_for_equal() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    // This collation ignores the case and the width of letters.
    postgres.execute(
        "create collation blind (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
    )?;
    let store = store(&postgres).await?;
    for id in ["a", "A", "\u{e4}", "a\u{308}", "", "\0", "\\", "'", "%", "_"] {
        assert_eq!(store.claim(&lease(id), MINUTE).await?, Claim::Fresh, "{id:?}");
    }
    let collation = "select collation_name from information_schema.columns \
                     where table_name = 'countersign_claims' and column_name = 'key'";
    assert_eq!(postgres.execute(collation)?, "C");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_holder_does_not_change_the_claim_of_another() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    let (slow, next) = (lease("1"), lease("1"));
    assert_eq!(store.claim(&slow, MINUTE).await?, Claim::Fresh);
    // One hour passes.
    postgres
        .execute("update countersign_claims set expires_at = expires_at - interval '1 hour'")?;
    assert_eq!(store.claim(&next, MINUTE).await?, Claim::Fresh);
    let row = "select * from countersign_claims";
    let before = postgres.execute(row)?;
    assert_eq!(store.complete(&slow, MINUTE, Bytes::new()).await?, Settled::LeaseLost);
    assert_eq!(store.release(&slow).await?, Settled::LeaseLost);
    assert!(matches!(store.claim(&slow, MINUTE).await?, Claim::InProgress { .. }));
    assert_eq!(postgres.execute(row)?, before);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn works_under_stricter_isolation_without_conflicts() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for level in ["repeatable\\ read", "serializable"] {
        let mut config: Config = postgres.url().parse()?;
        config.options(format!("-c default_transaction_isolation={level}"));
        let store = PostgresStore::new(pool_with(config, CONNECTIONS));
        store.migrate().await?;
        let (one, other) = (lease(level), lease(level));
        assert_eq!(store.claim(&one, MINUTE).await?, Claim::Fresh);
        assert!(matches!(store.claim(&other, MINUTE).await?, Claim::InProgress { .. }));
        assert_eq!(store.complete(&one, MINUTE, Bytes::new()).await?, Settled::Applied);
        assert_eq!(store.claim(&other, MINUTE).await?, Claim::Done { note: Bytes::new() });
    }
    Ok(())
}
