//! The migration of the tables.

use std::time::{Duration, UNIX_EPOCH};

use countersign::inbox::{Accept, Accepted, InboxHistory};
use countersign_postgres::INBOX_MIGRATION;
use tokio::{task::JoinSet, time::timeout};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_make_the_tables_at_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let inbox = PostgresInbox::new(pool(config(&postgres)));
        tasks.spawn(async move {
            inbox.migrate().await?;
            inbox.migrate().await
        });
    }
    while let Some(migrated) = tasks.join_next().await {
        migrated??;
    }
    // A migration tool executes the same text.
    postgres.execute(INBOX_MIGRATION)?;
    assert_eq!(inbox(&postgres).await?.accept(&entry("1")).await?, Accepted::New);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_that_exist_are_not_locked() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    let mut client = pool(config(&postgres)).get().await?;
    let transaction = client.transaction().await?;
    transaction.batch_execute("lock table countersign_inbox").await?;
    timeout(PATIENCE, inbox.migrate()).await??;
    transaction.rollback().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_an_earlier_release_get_the_one_that_they_lack_without_a_lock() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let inbox = inbox(&postgres).await?;
    inbox.accept(&entry("1")).await?;
    postgres.execute("drop table countersign_inbox_hours")?;
    // A delivery of a transaction that takes long, and one that arrives meanwhile.
    let mut client = pool(config(&postgres)).get().await?;
    let transaction = client.transaction().await?;
    inbox.accept_in(&transaction, &entry("2")).await?;
    let mut instances = JoinSet::new();
    for _ in 0..4 {
        let inbox = inbox.clone();
        instances.spawn(async move { inbox.migrate().await });
    }
    while let Some(migrated) = instances.join_next().await {
        migrated??;
    }
    assert_eq!(inbox.accept(&entry("3")).await?, Accepted::New);
    transaction.commit().await?;
    assert_eq!(inbox.activity(UNIX_EPOCH, Duration::MAX).await?[0].accepted, 3);
    assert_eq!(inbox.prune(Duration::ZERO, 1).await?, 0);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_failed_leaves_a_connection_that_works() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    postgres.execute("create table countersign_inbox (id int)")?;
    let inbox = PostgresInbox::new(pool(config(&postgres)));
    let error = inbox.migrate().await.unwrap_err();
    assert!(format!("{error:?}").contains("was not migrated"), "{error:?}");
    postgres.execute("drop table countersign_inbox")?;
    timeout(Duration::from_secs(60), inbox.migrate()).await??;
    assert_eq!(inbox.accept(&entry("1")).await?, Accepted::New);
    Ok(())
}
