//! An inbox in PostgreSQL, beside bare insertions.

use std::{
    error::Error,
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Accepted, Entry};
use countersign_postgres::PostgresInbox;
use countersign_tests::Postgres;
use deadpool_postgres::{Manager, Pool};
use tokio::task::JoinSet;
use tokio_postgres::{Config, NoTls, types::Type};

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
    pub(crate) pool: Pool,
    config: Config,
    /// Stops when it is dropped.
    _server: Postgres,
}

impl Database {
    pub(crate) async fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let Some(server) = Postgres::start()? else { return Ok(None) };
        let mut config: Config = server.url().parse()?;
        // Logging each statement with its values costs more than some of them.
        config.options("-c log_statement=none");
        let pool = pool(&config)?;
        PostgresInbox::new(pool.clone()).migrate().await?;
        let create = "create table deliveries (id bigint generated always as identity primary key, \
                      key text collate \"C\" unique, request bytea)";
        pool.get().await?.batch_execute(create).await?;
        Ok(Some(Self { pool, config, _server: server }))
    }

    /// Makes another pool.
    pub(crate) fn pool(&self) -> Result<Pool, Box<dyn Error>> {
        pool(&self.config)
    }

    pub(crate) async fn empty(&self) -> Result<(), Box<dyn Error>> {
        let empty = "truncate deliveries, countersign_inbox, countersign_inbox_requests";
        Ok(self.pool.get().await?.batch_execute(empty).await?)
    }

    pub(crate) async fn load(
        &self,
        subject: Subject,
        count: usize,
        in_flight: usize,
    ) -> Result<(Load, f64), Box<dyn Error>> {
        self.empty().await?;
        let inbox = PostgresInbox::new(self.pool.clone());
        let inbox = inbox.prepared_statements(subject == Subject::InboxPrepared);
        let entries: Arc<[Entry]> = deliveries(count).into();
        let (start, before) = (Instant::now(), processor_time(false));
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
        let processor = (processor_time(false) - before) * 1e6 / count as f64;
        Ok((Load::from_times(took, start.elapsed()), processor))
    }
}

fn pool(config: &Config) -> Result<Pool, Box<dyn Error>> {
    let manager = Manager::new(config.clone(), NoTls);
    Ok(Pool::builder(manager).max_size(CONNECTIONS).build()?)
}

/// Returns the processor time of this process and, unless only it counts, of its server, in seconds. Other processes on the
/// machine disturb it less than the rate.
pub(crate) fn processor_time(own_only: bool) -> f64 {
    let own = std::process::id();
    let stats = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let id: u32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(entry.path().join("stat")).ok()?;
        // The name can have spaces.
        let columns: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let number = |place: usize| columns.get(place)?.parse::<u32>().ok();
        Some((id, number(1)?, number(11)? + number(12)?))
    });
    let stats: Vec<_> = stats.collect();
    let servers: Vec<_> = stats.iter().filter(|stat| stat.1 == own).map(|stat| stat.0).collect();
    let is_measured =
        |stat: &&(u32, u32, u32)| stat.0 == own || !own_only && servers.contains(&stat.1);
    let ticks: u32 = stats.iter().filter(is_measured).map(|stat| stat.2).sum();
    f64::from(ticks) / TICKS_IN_A_SECOND
}

/// On all platforms of Linux.
const TICKS_IN_A_SECOND: f64 = 100.0;

const CONNECTIONS: usize = 16;

const INSERT: &str = "insert into deliveries (key, request) values ($1, $2) on conflict do nothing";
