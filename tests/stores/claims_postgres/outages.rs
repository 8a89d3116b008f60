//! Outages: the server is stopped, restarted or frozen, or it cuts connections.

use std::time::Duration;

use countersign::idempotency::{Claim, Store};
use tokio::{task::JoinSet, time::timeout};

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A deadline like the middleware's, but shorter.
const DEADLINE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn fails_while_the_server_is_stopped_and_works_after_its_restart() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    for round in 0..3 {
        let held = format!("held {round}");
        assert_eq!(store.claim(&lease(&held), MINUTE).await?, Claim::Fresh);
        postgres.stop()?;
        for _ in 0..20 {
            assert!(store.claim(&lease("1"), MINUTE).await.is_err());
            assert!(store.release(&lease("1")).await.is_err());
        }
        postgres.start_again()?;
        let next = lease(&format!("next {round}"));
        assert_eq!(store.claim(&next, MINUTE).await?, Claim::Fresh);
        // The database keeps its data over the restart.
        assert!(matches!(store.claim(&lease(&held), MINUTE).await?, Claim::InProgress { .. }));
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_server_does_not_use_the_pool_up() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    for round in 0..3 {
        all_at_once(&store, &format!("before {round}"), false).await;
        postgres.freeze()?;
        all_at_once(&store, &format!("while {round}"), true).await;
        postgres.thaw()?;
        all_at_once(&store, &format!("after {round}"), false).await;
    }
    Ok(())
}

/// Makes more claims than there are connections, and gives each claim up at its deadline.
async fn all_at_once(store: &PostgresStore, name: &str, is_frozen: bool) {
    let mut tasks = JoinSet::new();
    for task in 0..64 {
        let (store, lease) = (store.clone(), lease(&format!("{name} {task}")));
        let deadline = if is_frozen { DEADLINE } else { PATIENCE };
        tasks.spawn(async move { timeout(deadline, store.claim(&lease, MINUTE)).await });
    }
    for claim in tasks.join_all().await {
        match claim {
            Ok(claim) if !is_frozen => assert_eq!(claim.unwrap(), Claim::Fresh, "{name}"),
            claim => assert!(is_frozen && claim.is_err(), "{name}: {claim:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_whose_answer_was_lost_can_be_repeated() -> Outcome {
    let Some(mut postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    assert_eq!(store.claim(&lease("warm"), MINUTE).await?, Claim::Fresh);
    let one = lease("1");
    postgres.freeze()?;
    assert!(timeout(DEADLINE, store.claim(&one, MINUTE)).await.is_err());
    postgres.thaw()?;
    // This holds whether or not the server executed the claim.
    assert_eq!(store.claim(&one, MINUTE).await?, Claim::Fresh);
    assert!(matches!(store.claim(&lease("1"), MINUTE).await?, Claim::InProgress { .. }));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_is_cut_is_replaced() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = PostgresStore::new(pool(&postgres, 1));
    store.migrate().await?;
    for round in 0..20 {
        postgres.execute(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity
             where backend_type = 'client backend' and pid <> pg_backend_pid()",
        )?;
        // The first claim fails only if the pool has not noticed the cut yet.
        let lease = lease(&round.to_string());
        let first = store.claim(&lease, MINUTE).await;
        assert!(matches!(first, Ok(Claim::Fresh) | Err(_)), "{first:?}");
        assert_eq!(store.claim(&lease, MINUTE).await?, Claim::Fresh);
    }
    Ok(())
}
