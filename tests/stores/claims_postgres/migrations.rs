//! The migration of the table.

use std::time::Duration;

use countersign::idempotency::{Claim, Store};
use countersign_postgres::MIGRATION;
use tokio::{task::JoinSet, time::timeout};

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn several_instances_create_the_table_at_once() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for round in 0..10 {
        let mut tasks = JoinSet::new();
        for _ in 0..8 {
            // Each instance has its own pool, as separate processes do.
            let store = PostgresStore::new(pool(&postgres, 1)).table(&format!("claims{round}"))?;
            tasks.spawn(async move {
                store.migrate().await?;
                store.migrate().await
            });
        }
        while let Some(migrated) = tasks.join_next().await {
            migrated??;
        }
    }
    let indexes = "select count(*) from pg_indexes where indexname like 'claims%'";
    assert_eq!(postgres.execute(indexes)?, "20");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tool_can_create_the_table() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    postgres.execute(MIGRATION)?;
    postgres.execute(MIGRATION)?;
    let store = PostgresStore::new(pool(&postgres, 1));
    assert_eq!(store.migration(), MIGRATION);
    assert_eq!(store.claim(&lease("1"), Default::default()).await?, Claim::Fresh);
    store.migrate().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_can_have_any_plain_name_in_any_schema() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    postgres.execute("create schema app; create schema \"Select\"")?;
    let (longest, longer) = ("t".repeat(52), format!("{}u", "t".repeat(51)));
    for name in ["table", "Table", "app.claims", "Select.Order", "_", &longest, &longer] {
        let store = PostgresStore::new(pool(&postgres, 1)).table(name)?;
        store.migrate().await?;
        assert_eq!(store.claim(&lease("1"), Default::default()).await?, Claim::Fresh, "{name}");
        assert_eq!(store.prune(10).await?, 1, "{name}");
        assert!(!store.migration().contains("\"countersign_claims"), "{name}");
    }
    let tables = "select count(*) from pg_indexes where indexname like '%\\_expires\\_at'";
    assert_eq!(postgres.execute(tables)?, "7");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_names_are_rejected_before_the_server_is_contacted() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    for name in ["", "a b", "a.b.c", "a\"; drop table x; --", "a'", "1", "a\0b", "\u{e4}"] {
        let error = PostgresStore::new(pool(&postgres, 1)).table(name).unwrap_err();
        assert!(error.to_string().contains("is not the name of a table"), "{error}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_table_is_named_only_in_the_source_of_the_error() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = PostgresStore::new(pool(&postgres, 1)).table("nowhere")?;
    let error = store.claim(&lease("1"), Default::default()).await.unwrap_err();
    assert_eq!(error.to_string(), "the store failed");
    assert!(chain(&error).contains("relation \"nowhere\" does not exist"), "{}", chain(&error));
    // The connection still works.
    store.migrate().await?;
    assert_eq!(store.claim(&lease("1"), Default::default()).await?, Claim::Fresh);
    Ok(())
}

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test(flavor = "multi_thread")]
async fn an_open_transaction_blocks_neither_a_migration_nor_claims() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    let mut client = pool(&postgres, 1).get().await?;
    let transaction = client.transaction().await?;
    assert_eq!(store.claim_in(&transaction, &key("1"), MINUTE).await?, Claim::Fresh);
    // Another instance starts, and migrates in either way.
    let another = PostgresStore::new(pool(&postgres, 1));
    timeout(PATIENCE, another.migrate()).await??;
    postgres.execute(&format!("set statement_timeout = '20s'; {MIGRATION}"))?;
    assert_eq!(timeout(PATIENCE, another.claim(&lease("2"), MINUTE)).await??, Claim::Fresh);
    transaction.commit().await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_migration_does_not_wait_long_for_a_missing_index() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    postgres.execute("drop index countersign_claims_expires_at")?;
    let mut client = pool(&postgres, 1).get().await?;
    let transaction = client.transaction().await?;
    assert_eq!(store.claim_in(&transaction, &key("1"), MINUTE).await?, Claim::Fresh);
    let error = timeout(PATIENCE, store.migrate()).await?.unwrap_err();
    let expected = "the table \"countersign_claims\" was not migrated: another transaction holds a \
                    lock on it; migrate again once that transaction has ended";
    assert_eq!(error.source().unwrap().to_string(), expected);
    assert!(chain(&error).contains("lock timeout"), "{}", chain(&error));
    // The failed migration affects neither claims nor other sessions.
    assert_eq!(timeout(PATIENCE, store.claim(&lease("2"), MINUTE)).await??, Claim::Fresh);
    transaction.commit().await?;
    store.migrate().await?;
    let index = "select count(*) from pg_indexes where indexname = 'countersign_claims_expires_at'";
    assert_eq!(postgres.execute(index)?, "1");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_with_another_name_is_kept() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    let store = store(&postgres).await?;
    postgres.execute("alter index countersign_claims_expires_at rename to other")?;
    store.migrate().await?;
    let indexes = "select count(*) from pg_indexes where tablename = 'countersign_claims'";
    assert_eq!(postgres.execute(indexes)?, "2");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_create_finds_the_table() -> Outcome {
    let Some(postgres) = Postgres::start()? else { return Ok(()) };
    store(&postgres).await?;
    postgres.execute(
        "create role app login; revoke create on schema public from public;
         grant select, insert, update, delete on countersign_claims to app",
    )?;
    let app = postgres.url().replace("user=postgres", "user=app");
    let store = PostgresStore::new(pool_with(app.parse()?, 1));
    store.migrate().await?;
    assert_eq!(store.claim(&lease("1"), MINUTE).await?, Claim::Fresh);
    let error = store.table("another")?.migrate().await.unwrap_err();
    assert!(chain(&error).contains("permission denied for schema public"), "{}", chain(&error));
    Ok(())
}

fn chain(error: &dyn Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}
