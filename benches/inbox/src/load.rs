//! Many tasks, each with its share of the deliveries.

use std::{
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use countersign::inbox::{Accept as _, Accepted, Entry};
use countersign_sqlite::SqliteInbox;
use tokio::task::JoinSet;

use crate::{apalis::Apalis, bare::Bare, deliveries::deliveries};

/// The measured programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Inbox,
    Bare,
    Apalis,
}

impl Subject {
    pub(crate) const ALL: [Self; 3] = [Self::Inbox, Self::Bare, Self::Apalis];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "SqliteInbox",
            Self::Bare => "bare insertions that share commits",
            Self::Apalis => "apalis-sqlite, `synchronous=FULL`",
        }
    }
}

/// Figures of one turn.
pub(crate) struct Load {
    /// Deliveries per second.
    pub(crate) rate: f64,
    /// Median time of a delivery, in microseconds.
    pub(crate) half_within: f64,
    /// Time within which 99 of 100 deliveries are kept, in microseconds.
    pub(crate) almost_all_within: f64,
}

#[derive(Clone)]
enum Engine {
    Inbox(SqliteInbox),
    Bare(Bare),
    Apalis(Apalis),
}

impl Engine {
    async fn keep(&mut self, entry: &Entry) {
        match self {
            Self::Inbox(inbox) => {
                assert_eq!(inbox.accept(entry).await.unwrap(), Accepted::New);
            }
            Self::Bare(bare) => {
                let key = entry.key().unwrap().as_str().to_owned();
                bare.insert(key, entry.request().to_json()).await;
            }
            Self::Apalis(apalis) => {
                apalis.push(entry.key().unwrap().as_str(), entry.request().to_json()).await;
            }
        }
    }
}

impl Load {
    pub(crate) async fn of(
        subject: Subject,
        count: usize,
        in_flight: usize,
    ) -> Result<Self, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("inbox.db");
        let engine = match subject {
            Subject::Inbox => Engine::Inbox(SqliteInbox::open(path).await?),
            Subject::Bare => Engine::Bare(Bare::open(&path)?),
            Subject::Apalis => Engine::Apalis(Apalis::open(&path).await?),
        };
        let entries: Arc<[Entry]> = deliveries(count).into();
        let start = Instant::now();
        let mut tasks = JoinSet::new();
        for task in 0..in_flight {
            let (mut engine, entries) = (engine.clone(), Arc::clone(&entries));
            tasks.spawn(async move {
                let mut took = Vec::new();
                for entry in entries.iter().skip(task).step_by(in_flight) {
                    let start = Instant::now();
                    engine.keep(entry).await;
                    took.push(start.elapsed());
                }
                took
            });
        }
        let took = tasks.join_all().await.concat();
        Ok(Self::from_times(took, start.elapsed()))
    }

    /// Makes the figures of a turn that took `elapsed`.
    pub(crate) fn from_times(mut took: Vec<Duration>, elapsed: Duration) -> Self {
        took.sort_unstable();
        let within = |share: usize| took[took.len() * share / 100].as_secs_f64() * 1e6;
        Self {
            rate: took.len() as f64 / elapsed.as_secs_f64(),
            half_within: within(50),
            almost_all_within: within(99),
        }
    }
}
