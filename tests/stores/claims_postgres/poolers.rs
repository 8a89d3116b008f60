//! A pooler in front of the server, which lends a connection for one transaction.
//!
//! A statement that was prepared on one connection does not exist on the next. Another client may
//! have a statement of the same name there.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use bytes::Bytes;
use countersign::idempotency::{Claim, Settled, Store};
use countersign_tests::PgBouncer;
use deadpool_postgres::{ManagerConfig, RecyclingMethod};
use tokio::{sync::Barrier, task::JoinSet};
use tokio_postgres::types::Type;

use super::{instances::Claimant, *};

const MINUTE: Duration = Duration::from_secs(60);

/// Number of connections to the server: fewer than an instance has, because a pooler is used to
/// reduce them.
const OF_THE_SERVER: usize = 4;

const EVENTS: usize = 400;

fn pool_behind(pooler: &PgBouncer) -> Pool {
    pool_with(pooler.url().parse().unwrap(), CONNECTIONS)
}

#[tokio::test(flavor = "multi_thread")]
async fn of_400_events_two_instances_claim_and_complete_each_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    let stores = [(); 2].map(|()| PostgresStore::new(pool_behind(&pooler)));
    let migrated = tokio::join!(stores[0].migrate(), stores[1].migrate());
    migrated.0.and(migrated.1)?;
    let mut tasks = JoinSet::new();
    let start = Arc::new(Barrier::new(64));
    for task in 0..64 {
        let (store, start) = (stores[task % 2].clone(), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            let (mut fresh, mut failed) = (Vec::new(), Vec::new());
            // Both instances get each event.
            for event in (task / 2..EVENTS).step_by(32) {
                let lease = lease(&event.to_string());
                match store.claim(&lease, MINUTE).await {
                    Ok(Claim::Fresh) => {
                        fresh.push(event);
                        match store.complete(&lease, MINUTE, Bytes::new()).await {
                            Ok(Settled::Applied) => {}
                            completed => failed.push(format!("{completed:?}")),
                        }
                    }
                    Ok(Claim::InProgress { .. } | Claim::Done { .. }) => {}
                    Err(error) => failed.push(format!("{error:?}")),
                }
            }
            (fresh, failed)
        });
    }
    let (fresh, failed): (Vec<_>, Vec<_>) = tasks.join_all().await.into_iter().unzip();
    let (fresh, failed) = (fresh.concat(), failed.concat());
    assert_eq!(failed.len(), 0, "of {}: {:?}", 2 * EVENTS, failed.first());
    let different = fresh.iter().collect::<BTreeSet<_>>();
    assert_eq!((fresh.len(), different.len()), (EVENTS, EVENTS));
    let done = "select count(*) from countersign_claims where note is not null";
    assert_eq!(postgres.execute(done)?, EVENTS.to_string());
    Ok(())
}

#[test]
fn of_400_events_two_processes_claim_each_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    let mut claimants = [Claimant::start(&pooler.url())?, Claimant::start(&pooler.url())?];
    let mut all = Vec::new();
    for hundred in 0..4 {
        for claimant in &mut claimants {
            claimant.claim(hundred)?;
        }
        for claimant in &mut claimants {
            all.extend(claimant.fresh()?);
        }
    }
    let different = all.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!((all.len(), different.len()), (EVENTS, EVENTS), "{all:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_to_the_rules_of_a_store_behind_a_pooler() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    let pool = pool_behind(&pooler);
    let tables = std::sync::atomic::AtomicU32::new(0);
    let make = || async {
        let table = tables.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let store = PostgresStore::new(pool.clone()).table(&format!("claims{table}")).unwrap();
        store.migrate().await.unwrap();
        store
    };
    conformance::check(make).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn prunes_behind_a_pooler() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    let store = PostgresStore::new(pool_behind(&pooler));
    store.migrate().await?;
    for event in 0..100 {
        let length = if event % 2 == 0 { Duration::ZERO } else { MINUTE };
        assert_eq!(store.claim(&lease(&event.to_string()), length).await?, Claim::Fresh);
    }
    let mut tasks = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let store = store.clone();
        tasks.spawn(async move { store.prune(5).await });
    }
    let mut removed = store.prune(100).await?;
    while let Some(pruned) = tasks.join_next().await {
        removed += pruned??;
    }
    assert_eq!((removed + store.prune(100).await?, store.prune(100).await?), (50, 0));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_happens_once_behind_a_pooler() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    postgres.execute("create table effects (id text)")?;
    let mut tasks = JoinSet::new();
    for _ in 0..2 {
        let pool = pool_behind(&pooler);
        let store = PostgresStore::new(pool.clone());
        store.migrate().await?;
        for task in 0..CONNECTIONS {
            let (store, pool) = (store.clone(), pool.clone());
            tasks.spawn(async move {
                let mut fresh = 0;
                for event in (task..EVENTS).step_by(CONNECTIONS) {
                    let (id, mut client) = (event.to_string(), pool.get().await.unwrap());
                    let transaction = client.transaction().await.unwrap();
                    let claim = store.claim_in(&transaction, &key(&id), MINUTE).await.unwrap();
                    if claim == Claim::Fresh {
                        let effect = "insert into effects values ($1)";
                        transaction.execute_typed(effect, &[(&id, Type::TEXT)]).await.unwrap();
                        transaction.commit().await.unwrap();
                        fresh += 1;
                    } else {
                        assert_eq!(claim, Claim::Done { note: Bytes::new() });
                    }
                }
                fresh
            });
        }
    }
    assert_eq!(tasks.join_all().await.iter().sum::<usize>(), EVENTS);
    let effects = "select count(*), count(distinct id) from effects";
    assert_eq!(postgres.execute(effects)?, format!("{EVENTS}|{EVENTS}"));
    // The bound of the wait ended with its transaction, on every connection.
    let client = pool_behind(&pooler).get().await?;
    for _ in 0..2 * OF_THE_SERVER {
        let bound = client.query_typed_one("show lock_timeout", &[]).await?;
        assert_eq!(bound.get::<_, &str>(0), "0");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn works_behind_a_pooler_with_every_recycling_method() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };
    store(&postgres).await?;
    for recycling_method in [
        RecyclingMethod::Fast,
        RecyclingMethod::Verified,
        RecyclingMethod::Clean,
        RecyclingMethod::Custom("discard all".to_owned()),
    ] {
        let config = ManagerConfig { recycling_method: recycling_method.clone() };
        let manager = Manager::from_config(pooler.url().parse()?, NoTls, config);
        let store = PostgresStore::new(Pool::builder(manager).max_size(2).build()?);
        let mut tasks = JoinSet::new();
        for task in 0..8 {
            let (store, name) = (store.clone(), format!("{recycling_method:?} {task}"));
            tasks.spawn(async move {
                for round in 0..10 {
                    let lease = lease(&format!("{name} {round}"));
                    assert_eq!(store.claim(&lease, MINUTE).await.unwrap(), Claim::Fresh);
                    let completed = store.complete(&lease, MINUTE, Bytes::new()).await.unwrap();
                    assert_eq!(completed, Settled::Applied);
                }
            });
        }
        tasks.join_all().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_a_timeout_works_on_the_role_and_not_on_the_connection() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    store(&postgres).await?;
    postgres.execute("alter role postgres set statement_timeout = '200ms'")?;
    let Some(pooler) = PgBouncer::start(&postgres, OF_THE_SERVER)? else { return Ok(()) };

    let mut config: Config = pooler.url().parse()?;
    config.options("-c statement_timeout=200");
    let refused = PostgresStore::new(pool_with(config, 1)).claim(&lease("1"), MINUTE).await;
    let refused = format!("{:?}", refused.unwrap_err());
    assert!(refused.contains("unsupported startup parameter"), "{refused}");

    let store = PostgresStore::new(pool_behind(&pooler));
    let mut blocker = pool(&postgres, 1).get().await?;
    let transaction = blocker.transaction().await?;
    transaction.batch_execute("lock table countersign_claims").await?;
    let late = format!("{:?}", store.claim(&lease("1"), MINUTE).await.unwrap_err());
    assert!(late.contains("statement timeout"), "{late}");
    transaction.rollback().await?;
    assert_eq!(store.claim(&lease("1"), MINUTE).await?, Claim::Fresh);
    Ok(())
}
