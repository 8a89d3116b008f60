//! Inboxes in PostgreSQL.

use countersign_postgres::{
    PostgresInbox,
    deadpool_postgres::{
        Manager, Pool,
        tokio_postgres::{Config, NoTls},
    },
};
use countersign_tests::Postgres;
use tokio::runtime::Runtime;

use crate::{CHECKS, fill::fill, program::Program};

#[test]
fn works_at_postgres() {
    let Some(postgres) = Postgres::start().unwrap() else { return };
    let runtime = Runtime::new().unwrap();
    for (number, (name, check)) in CHECKS.iter().enumerate() {
        println!("{name}");
        postgres.execute(&format!("create database inbox_{number}")).unwrap();
        let url = postgres.url().replace("dbname=postgres", &format!("dbname=inbox_{number}"));
        runtime.block_on(async {
            let config: Config = url.parse().unwrap();
            let pool = Pool::builder(Manager::new(config, NoTls)).build().unwrap();
            let inbox = PostgresInbox::new(pool);
            inbox.migrate().await.unwrap();
            fill(&inbox).await;
        });
        // Both ways to name the place.
        let program = match number % 2 {
            0 => Program::at(&["--postgres", &url], None),
            _ => Program::at(&[], Some(&url)),
        };
        check(&program);
    }

    let ended = Program::at(&[], Some(&postgres.url())).run(&["list"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("this database has no inbox"), "{ended:?}");
    let tables = postgres.execute("select count(*) from pg_tables where tablename like 'counter%'");
    assert_eq!(tables.unwrap().trim(), "0");
}
