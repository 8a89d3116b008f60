//! Durations, which the server measures.

use std::time::Duration;

use bytes::Bytes;
use countersign::idempotency::{Claim, Store};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn accepts_the_shortest_and_the_longest_duration() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    for (id, length) in [("zero", Duration::ZERO), ("1 ns", Duration::from_nanos(1))] {
        assert_eq!(store.claim(&lease(id), length).await?, Claim::Fresh, "{id}");
        assert_eq!(store.claim(&lease(id), length).await?, Claim::Fresh, "{id}: it is over");
    }
    let longest = lease("longest");
    assert_eq!(store.claim(&longest, Duration::MAX).await?, Claim::Fresh);
    let Claim::InProgress { retry_after } = store.claim(&lease("longest"), Duration::MAX).await?
    else {
        panic!("claimed twice")
    };
    assert!(retry_after > Duration::from_secs(99 * 365 * 24 * 60 * 60), "{retry_after:?}");
    let _ = store.complete(&longest, Duration::MAX, Bytes::new()).await?;
    assert_eq!(store.claim(&lease("longest"), Duration::ZERO).await?, done());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn accepts_times_that_were_written_by_hand() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    for (time, is_over) in
        [("infinity", false), ("294276-12-31", false), ("-infinity", true), ("4713-01-01 BC", true)]
    {
        postgres.execute(&format!(
            "truncate countersign_claims;
             insert into countersign_claims values ('tests/-/-/1', '', '{time}')"
        ))?;
        // PostgreSQL 15 cannot subtract from infinity. Later versions can.
        match store.claim(&lease("1"), Duration::ZERO).await {
            Ok(claim) => assert_eq!(claim == Claim::Fresh, is_over, "{time}"),
            Err(_) => assert_eq!(time, "infinity"),
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn time_passes_within_a_long_transaction() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    let pool = pool(&postgres, 1);
    let mut client = pool.get().await?;
    let transaction = client.transaction().await?;
    // `now()` keeps this value until the transaction ends.
    let begun = "select pg_sleep(0.3), now()";
    transaction.execute(begun, &[]).await?;
    let ttl = Duration::from_millis(200);
    assert_eq!(store.claim_in(&transaction, &key("1"), ttl).await?, Claim::Fresh);
    let is_ahead =
        "select expires_at > now() + interval '450 milliseconds' from countersign_claims";
    assert!(transaction.query_one(is_ahead, &[]).await?.get::<_, bool>(0));
    // The claim expires within the same transaction.
    transaction.execute("select pg_sleep(0.3)", &[]).await?;
    assert_eq!(store.claim_in(&transaction, &key("1"), ttl).await?, Claim::Fresh);
    transaction.commit().await?;
    Ok(())
}

fn done() -> Claim {
    Claim::Done { note: Bytes::new() }
}
