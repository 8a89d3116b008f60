//! The claim within a transaction of the caller: exactly one effect.

use std::{
    error::Error as _,
    time::{Duration, Instant},
};

use bytes::Bytes;
use countersign::idempotency::{Claim, Settled, Store, StoreError};
use tokio::{sync::oneshot, task::JoinSet};
use tokio_postgres::{IsolationLevel, error::SqlState};

use super::*;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn done() -> Claim {
    Claim::Done { note: Bytes::new() }
}

fn code(error: &StoreError) -> Option<&SqlState> {
    error.source()?.downcast_ref::<tokio_postgres::Error>()?.code()
}

/// Makes a store, and a table of effects.
async fn prepare(postgres: &Postgres) -> Result<PostgresStore, Box<dyn Error>> {
    postgres.execute("create table effects (id text)")?;
    store(postgres).await
}

fn effects(postgres: &Postgres) -> String {
    postgres.execute("select count(*) from effects").unwrap()
}

/// Waits until this many backends wait for the end of another transaction.
async fn until_waiting(postgres: &Postgres, count: usize) {
    let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
    while postgres.execute(waiting).unwrap() != count.to_string() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_claim_and_the_effect_are_committed_together_or_not_at_all() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let mut client = pool(&postgres, 1).get().await?;
    for (commits, claimed) in [(false, Claim::Fresh), (true, Claim::Fresh), (true, done())] {
        let transaction = client.transaction().await?;
        let claim = store.claim_in(&transaction, &key("1"), DAY).await?;
        assert_eq!(claim, claimed);
        if claim == Claim::Fresh {
            transaction.execute("insert into effects values ('1')", &[]).await?;
        }
        if commits {
            transaction.commit().await?;
        }
    }
    assert_eq!(effects(&postgres), "1");
    assert_eq!(store.claim(&lease("1"), DAY).await?, done());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_16_copies_at_once_one_has_an_effect() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let pool = pool(&postgres, CONNECTIONS);
    for event in 0..20 {
        let mut tasks = JoinSet::new();
        for copy in 0..16 {
            let (store, pool) = (store.clone(), pool.clone());
            tasks.spawn(async move {
                let mut client = pool.get().await.unwrap();
                let transaction = client.transaction().await.unwrap();
                let key = key(&event.to_string());
                match store.claim_in(&transaction, &key, DAY).await.unwrap() {
                    Claim::Fresh => {
                        let effect = "insert into effects values ($1)";
                        transaction.execute(effect, &[&key.as_str()]).await.unwrap();
                        // Some copies fail after their effect, so that another copy can claim the
                        // event.
                        if copy % 4 != event % 4 {
                            return None;
                        }
                        transaction.commit().await.unwrap();
                        Some(Claim::Fresh)
                    }
                    claim => Some(claim),
                }
            });
        }
        let claims = tasks.join_all().await;
        let fresh = claims.iter().filter(|claim| **claim == Some(Claim::Fresh)).count();
        assert!(fresh <= 1, "{claims:?}");
        assert!(claims.iter().flatten().all(|claim| *claim == Claim::Fresh || *claim == done()));
        assert_eq!(effects(&postgres), (event + 1).to_string(), "{claims:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_duplicate_waits_for_the_result_of_the_first() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?.longest_wait(Duration::from_secs(60));
    let pool = pool(&postgres, 2);
    for (commits, then) in [(false, Claim::Fresh), (true, done())] {
        let mut client = pool.get().await?;
        let first = client.transaction().await?;
        assert_eq!(store.claim_in(&first, &key("1"), DAY).await?, Claim::Fresh);
        let (sender, receiver) = oneshot::channel();
        let (duplicate, pool) = (store.clone(), pool.clone());
        tokio::spawn(async move {
            let mut client = pool.get().await.unwrap();
            let second = client.transaction().await.unwrap();
            let claim = duplicate.claim_in(&second, &key("1"), DAY).await.unwrap();
            sender.send(claim).unwrap();
        });
        until_waiting(&postgres, 1).await;
        if commits {
            first.commit().await?
        } else {
            first.rollback().await?
        }
        assert_eq!(receiver.await?, then);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wait_is_bounded_and_ends_with_an_error() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let pool = pool(&postgres, 2);
    let (mut one, mut other) = (pool.get().await?, pool.get().await?);
    let first = one.transaction().await?;
    assert_eq!(store.claim_in(&first, &key("1"), DAY).await?, Claim::Fresh);
    // PostgreSQL itself takes zero for no bound.
    for wait in [Duration::ZERO, Duration::from_millis(200)] {
        let store = store.clone().longest_wait(wait);
        let second = other.transaction().await?;
        let start = Instant::now();
        let error = store.claim_in(&second, &key("1"), DAY).await.unwrap_err();
        assert_eq!(code(&error), Some(&SqlState::LOCK_NOT_AVAILABLE), "{error:?}");
        assert!(start.elapsed() >= wait);
        // Later statements in this transaction fail, and its commit is a rollback.
        assert!(second.execute("insert into effects values ('1')", &[]).await.is_err());
    }
    // Another event does not wait, and another transaction has its own bound.
    let second = other.transaction().await?;
    let store = store.longest_wait(Duration::MAX);
    assert_eq!(store.claim_in(&second, &key("2"), DAY).await?, Claim::Fresh);
    second.commit().await?;
    let bound: String = other.query_one("show lock_timeout", &[]).await?.get(0);
    assert_eq!(bound, "0", "as it was before");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn under_stricter_isolation_a_claim_that_was_committed_meanwhile_is_an_error() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let pool = pool(&postgres, 2);
    let (mut one, mut other) = (pool.get().await?, pool.get().await?);
    for level in [IsolationLevel::RepeatableRead, IsolationLevel::Serializable] {
        let id = format!("{level:?}");
        let begin = "select 1 from effects";
        let first = one.build_transaction().isolation_level(level).start().await?;
        first.execute(begin, &[]).await?;
        let second = other.build_transaction().isolation_level(level).start().await?;
        second.execute(begin, &[]).await?;
        assert_eq!(store.claim_in(&first, &key(&id), DAY).await?, Claim::Fresh);
        first.commit().await?;
        let error = store.claim_in(&second, &key(&id), DAY).await.unwrap_err();
        assert_eq!(code(&error), Some(&SqlState::T_R_SERIALIZATION_FAILURE), "{error:?}");
        second.rollback().await?;
        // The next delivery is a duplicate.
        let again = other.build_transaction().isolation_level(level).start().await?;
        assert_eq!(store.claim_in(&again, &key(&id), DAY).await?, done());
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn both_ways_to_claim_see_each_others_claims() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let mut client = pool(&postgres, 1).get().await?;
    let leased = lease("1");
    assert_eq!(store.claim(&leased, DAY).await?, Claim::Fresh);
    let transaction = client.transaction().await?;
    let claim = store.claim_in(&transaction, &key("1"), DAY).await?;
    assert!(matches!(claim, Claim::InProgress { .. }), "{claim:?}");
    transaction.commit().await?;
    assert_eq!(store.complete(&leased, DAY, Bytes::from_static(b"note")).await?, Settled::Applied);
    let transaction = client.transaction().await?;
    let claim = store.claim_in(&transaction, &key("1"), DAY).await?;
    assert_eq!(claim, Claim::Done { note: Bytes::from_static(b"note") });
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_dropped_leaves_nothing() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let pool = pool(&postgres, 1);
    for polls in 0..8 {
        let mut client = pool.get().await?;
        let transaction = client.transaction().await?;
        {
            let key = key("1");
            let mut claim = std::pin::pin!(store.claim_in(&transaction, &key, DAY));
            for _ in 0..polls {
                let poll = std::future::poll_fn(|context| {
                    std::task::Poll::Ready(claim.as_mut().poll(context).is_ready())
                });
                if poll.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        drop(transaction);
        let transaction = client.transaction().await?;
        assert_eq!(store.claim_in(&transaction, &key("1"), DAY).await?, Claim::Fresh, "{polls}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_before_the_commit_leaves_nothing() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = prepare(&postgres).await?;
    let pool = pool(&postgres, 1);
    for (cuts, claimed) in [(true, Claim::Fresh), (false, Claim::Fresh), (false, done())] {
        let mut client = pool.get().await?;
        let transaction = client.transaction().await?;
        let claim = store.claim_in(&transaction, &key("1"), DAY).await?;
        assert_eq!(claim, claimed);
        if claim == Claim::Fresh {
            transaction.execute("insert into effects values ('1')", &[]).await?;
        }
        if cuts {
            postgres.execute(
                "select pg_terminate_backend(pid, 10000) from pg_stat_activity
                 where state = 'idle in transaction'",
            )?;
            assert!(transaction.commit().await.is_err());
        } else {
            transaction.commit().await?;
        }
    }
    assert_eq!(effects(&postgres), "1");
    Ok(())
}
