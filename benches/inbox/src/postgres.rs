//! An inbox in PostgreSQL, beside bare insertions.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Accepted, Entry};
use countersign_postgres::PostgresInbox;
use countersign_tests::Postgres;
use deadpool_postgres::{Manager, Pool};
use tokio::task::JoinSet;
use tokio_postgres::{NoTls, types::Type};

use crate::{deliveries::deliveries, load::Load};

/// The measured programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Inbox,
    Bare,
    InboxPrepared,
    BarePrepared,
}

impl Subject {
    pub(crate) const ALL: [Self; 4] =
        [Self::Inbox, Self::Bare, Self::InboxPrepared, Self::BarePrepared];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "PostgresInbox",
            Self::Bare => "bare insertions",
            Self::InboxPrepared => "PostgresInbox, prepared",
            Self::BarePrepared => "bare insertions, prepared",
        }
    }

    async fn keep(self, inbox: &PostgresInbox, pool: &Pool, entry: &Entry) {
        let inserted = match self {
            Self::Inbox | Self::InboxPrepared => {
                assert_eq!(inbox.accept(entry).await.unwrap(), Accepted::New);
                return;
            }
            Self::Bare => {
                let (key, request) = (entry.key().unwrap().as_str(), entry.request().to_json());
                let client = pool.get().await.unwrap();
                let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 2] =
                    [(&key, Type::TEXT), (&request, Type::BYTEA)];
                client.execute_typed(INSERT, &parameters).await
            }
            Self::BarePrepared => {
                let (key, request) = (entry.key().unwrap().as_str(), entry.request().to_json());
                let client = pool.get().await.unwrap();
                let insert = client.prepare_cached(INSERT).await.unwrap();
                client.execute(&insert, &[&key, &request]).await
            }
        };
        assert_eq!(inserted.unwrap(), 1);
    }
}

/// A server, whose tables are emptied before each turn.
pub(crate) struct Database {
    pool: Pool,
    /// Stops when it is dropped.
    _server: Postgres,
}

impl Database {
    pub(crate) async fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(server) = Postgres::start()? else { return Ok(None) };
        let manager = Manager::new(server.url().parse()?, NoTls);
        let pool = Pool::builder(manager).max_size(CONNECTIONS).build()?;
        PostgresInbox::new(pool.clone()).migrate().await?;
        let create = "create table deliveries (id bigint generated always as identity primary key, \
                      key text collate \"C\" unique, request bytea)";
        pool.get().await?.batch_execute(create).await?;
        Ok(Some(Self { pool, _server: server }))
    }

    pub(crate) async fn load(
        &self,
        subject: Subject,
        count: usize,
        in_flight: usize,
    ) -> Result<Load, Box<dyn Error>> {
        let empty = "truncate deliveries, countersign_inbox, countersign_inbox_requests";
        self.pool.get().await?.batch_execute(empty).await?;
        let inbox = PostgresInbox::new(self.pool.clone());
        let inbox = inbox.prepared_statements(subject == Subject::InboxPrepared);
        let entries: Arc<[Entry]> = deliveries(count).into();
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for task in 0..in_flight {
            let (inbox, pool, entries) = (inbox.clone(), self.pool.clone(), Arc::clone(&entries));
            tasks.spawn(async move {
                let mut took: Vec<Duration> = Vec::new();
                for entry in entries.iter().skip(task).step_by(in_flight) {
                    let start = Instant::now();
                    subject.keep(&inbox, &pool, entry).await;
                    took.push(start.elapsed());
                }
                took
            });
        }
        let took = tasks.join_all().await.concat();
        Ok(Load::from_times(took, start.elapsed()))
    }
}

const CONNECTIONS: usize = 16;

const INSERT: &str = "insert into deliveries (key, request) values ($1, $2) on conflict do nothing";
