//! Connections whose caller gave up, and the text of errors.

use std::{error::Error, thread, time::Duration};

use countersign::idempotency::{Claim, Store};
use deadpool_postgres::{Manager, ManagerConfig, RecyclingMethod};
use tokio::time::timeout;

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_an_abandoned_statement_is_not_lent_again() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let pool = pool(&postgres, 1);
    let store = PostgresStore::new(pool.clone());
    store.migrate().await?;
    let before = backend(&pool).await?;
    let locked = "select count(*) from pg_locks where not granted and relation = \
                  'countersign_claims'::regclass";
    thread::scope(|scope| -> Outcome {
        let lock = "begin; lock table countersign_claims; select pg_sleep(60)";
        scope.spawn(|| postgres.execute(lock));
        let held = "select count(*) from pg_locks where granted and mode = 'AccessExclusiveLock' \
                    and relation = 'countersign_claims'::regclass";
        while postgres.execute(held)? == "0" {}
        let claim = async {
            let claim = timeout(Duration::from_millis(300), store.claim(&lease("1"), MINUTE)).await;
            assert!(claim.is_err(), "{claim:?}");
            // The only place of the pool is free at once, and its new connection answers.
            timeout(PATIENCE, backend(&pool)).await
        };
        let after =
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(claim));
        assert_ne!(after??, before);
        assert_eq!(pool.status().size, 1);
        // The server still works on the abandoned statement, which a `statement_timeout` would end.
        assert_eq!(postgres.execute(locked)?, "1");
        postgres.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)%' \
             and pid <> pg_backend_pid()",
        )?;
        Ok(())
    })?;
    assert_eq!(store.claim(&lease("2"), MINUTE).await?, Claim::Fresh);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_timeout_of_the_connection_ends_a_claim_that_hangs() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let mut config: Config = postgres.url().parse()?;
    config.options("-c statement_timeout=200");
    let pool = pool_with(config, 2);
    let store = PostgresStore::new(pool.clone());
    store.migrate().await?;
    let mut blocker = pool.get().await?;
    let transaction = blocker.transaction().await?;
    transaction.batch_execute("lock table countersign_claims").await?;
    let error = store.claim(&lease("1"), MINUTE).await.unwrap_err();
    assert!(chain(&error).contains("statement timeout"), "{}", chain(&error));
    transaction.rollback().await?;
    assert_eq!(store.claim(&lease("1"), MINUTE).await?, Claim::Fresh);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn works_with_every_recycling_method() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    store(&postgres).await?;
    for recycling_method in [RecyclingMethod::Verified, RecyclingMethod::Clean] {
        let config = ManagerConfig { recycling_method: recycling_method.clone() };
        let manager = Manager::from_config(postgres.url().parse()?, NoTls, config);
        let store = PostgresStore::new(Pool::builder(manager).max_size(1).build()?);
        for round in 0..3 {
            let lease = lease(&format!("{recycling_method:?} {round}"));
            assert_eq!(store.claim(&lease, MINUTE).await?, Claim::Fresh);
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_password_is_in_any_text() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let (good, hush) = (postgres.url(), "password=hush-hush");
    for url in [
        format!("{good} {hush}"),
        format!("host=/no/such/folder user=postgres {hush}"),
        format!("host={} user=nobody {hush}", postgres.folder().display()),
        format!("{good}_missing {hush}"),
    ] {
        let store = PostgresStore::new(pool_with(url.parse()?, 1));
        let error = store.claim(&lease("1"), MINUTE).await.unwrap_err();
        for text in [chain(&error), format!("{error:?}"), format!("{store:?}")] {
            assert!(!text.contains("hush"), "{text}");
        }
        assert_ne!(chain(&error), error.to_string(), "what the database said is kept");
    }
    Ok(())
}

async fn backend(pool: &Pool) -> Result<i32, Box<dyn Error>> {
    Ok(pool.get().await?.query_one("select pg_backend_pid()", &[]).await?.get(0))
}

fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
