//! The suite that every inbox must pass.

use std::sync::atomic::{AtomicU64, Ordering};

use countersign::inbox::conformance;
use countersign_tests::PgBouncer;

use super::*;

/// Inboxes in databases of their own.
struct Databases {
    postgres: Postgres,
    made: AtomicU64,
    prepared: bool,
}

impl Databases {
    fn start(prepared: bool) -> Option<Self> {
        let postgres = Postgres::start().unwrap()?;
        Some(Self { postgres, made: AtomicU64::new(0), prepared })
    }

    async fn inbox(&self) -> PostgresInbox {
        self.inbox_behind(config(&self.postgres)).await
    }

    /// Makes an inbox whose pool connects to another address than the server's.
    async fn inbox_behind(&self, mut pooler: Config) -> PostgresInbox {
        let name = format!("inbox_{}", self.made.fetch_add(1, Ordering::SeqCst));
        self.postgres.execute(&format!("create database {name}")).unwrap();
        let mut server = config(&self.postgres);
        server.dbname(&name);
        pooler.dbname(&name);
        let inbox = PostgresInbox::new(pool(pooler)).prepared_statements(self.prepared);
        inbox.migrate().await.unwrap();
        inbox.listen(server, NoTls)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passes() {
    for prepared in [false, true] {
        let Some(databases) = Databases::start(prepared) else { return };
        conformance::check(|| databases.inbox()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keeps_the_order_of_objects() {
    for prepared in [false, true] {
        let Some(databases) = Databases::start(prepared) else { return };
        conformance::check_serial(|| databases.inbox()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn has_a_history() {
    for prepared in [false, true] {
        let Some(databases) = Databases::start(prepared) else { return };
        conformance::check_history(|| databases.inbox()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passes_behind_a_pooler() {
    let Some(databases) = Databases::start(false) else { return };
    let Some(pooler) = PgBouncer::start(&databases.postgres, 4).unwrap() else { return };
    let behind = || databases.inbox_behind(pooler.url().parse().unwrap());
    conformance::check(behind).await;
    conformance::check_serial(behind).await;
    conformance::check_history(behind).await;
}
