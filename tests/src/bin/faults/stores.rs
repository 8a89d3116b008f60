//! The store's server, which is restarted and frozen.

use std::{error::Error, io, thread, time::Duration};

use countersign::inbox::Details;
use countersign_postgres::PostgresInbox;
use countersign_tests::{Nats, Postgres, Redis};
use deadpool_postgres::{Manager, Pool};
use tokio::runtime::Runtime;
use tokio_postgres::NoTls;

use crate::{
    arguments::{Arguments, Kind},
    inbox::{self, InboxFile},
    nats,
};

/// The store in which the receivers keep their claims.
pub(crate) enum Server {
    Memory,
    Redis(Redis),
    Postgres(Postgres),
    ExactlyOnce(Postgres),
    SqliteInbox(InboxFile),
    PostgresInbox(Postgres),
    ExactlyOnceInbox(Postgres),
    NatsInbox(nats::Cluster),
}

impl Server {
    /// Starts a server. Returns `None` if it is not installed on this machine.
    pub(crate) fn start(arguments: &Arguments) -> Result<Option<Self>, Box<dyn Error>> {
        Ok(match arguments.store {
            Kind::Memory => Some(Self::Memory),
            // Redis acknowledges a write only when it is on the disk.
            Kind::Redis => Redis::start_with([
                "--port",
                "0",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always",
            ])?
            .map(Self::Redis),
            Kind::Postgres => Postgres::start()?.map(Self::Postgres),
            Kind::ExactlyOnce => Postgres::start()?.map(Self::ExactlyOnce),
            Kind::SqliteInbox => Some(Self::SqliteInbox(InboxFile::new(arguments)?)),
            Kind::PostgresInbox => Postgres::start()?.map(Self::PostgresInbox),
            Kind::ExactlyOnceInbox => Postgres::start()?.map(Self::ExactlyOnceInbox),
            Kind::NatsInbox => Nats::start(3)?.map(nats::Cluster::new).map(Self::NatsInbox),
        })
    }

    /// Returns the arguments that a receiver needs for this store.
    pub(crate) fn arguments(&self, arguments: &Arguments) -> Vec<String> {
        match self {
            Self::Memory => vec!["--idempotency".to_owned(), "memory".to_owned()],
            Self::Redis(redis) => vec!["--idempotency".to_owned(), redis.url()],
            Self::Postgres(postgres) => vec!["--idempotency".to_owned(), url(postgres)],
            Self::ExactlyOnce(postgres) => vec!["--exactly-once".to_owned(), url(postgres)],
            Self::SqliteInbox(inbox) => inbox.arguments(),
            Self::PostgresInbox(postgres) => inbox::arguments(&url(postgres), arguments.keep_for),
            Self::ExactlyOnceInbox(postgres) => {
                let mut inbox = inbox::arguments(&url(postgres), arguments.keep_for);
                inbox.extend(["--exactly-once".to_owned(), url(postgres)]);
                inbox
            }
            Self::NatsInbox(cluster) => inbox::arguments(&cluster.url(), arguments.keep_for),
        }
    }

    /// Returns the path of the endpoint that uses the store.
    pub(crate) fn endpoint(&self) -> &'static str {
        match self {
            Self::Memory | Self::Redis(_) | Self::Postgres(_) | Self::ExactlyOnce(_) => "/webhook",
            Self::SqliteInbox(_)
            | Self::PostgresInbox(_)
            | Self::ExactlyOnceInbox(_)
            | Self::NatsInbox(_) => "/inbox",
        }
    }

    /// Waits until nothing is left to do in the inbox, and returns its rows. Returns `None` for
    /// other stores.
    pub(crate) fn rows(
        &self,
        meanwhile: impl FnMut() -> io::Result<()>,
    ) -> Result<Option<Vec<Details>>, Box<dyn Error>> {
        match self {
            Self::SqliteInbox(inbox) => inbox.rows(meanwhile).map(Some),
            Self::PostgresInbox(postgres) | Self::ExactlyOnceInbox(postgres) => {
                let manager = Manager::new(postgres.url().parse()?, NoTls);
                let inbox = PostgresInbox::new(Pool::builder(manager).max_size(1).build()?);
                inbox::rows(&Runtime::new()?, &inbox, meanwhile).map(Some)
            }
            Self::NatsInbox(cluster) => cluster.rows(meanwhile).map(Some),
            _ => Ok(None),
        }
    }

    /// Takes the store away for the pause.
    pub(crate) fn leave(&mut self, pause: Duration) -> io::Result<()> {
        match self {
            Self::NatsInbox(cluster) => cluster.kill_all(pause),
            _ => self.freeze(pause),
        }
    }

    /// Stops the server, and starts it again after the pause. Fills the disk of a file for the
    /// pause, if it has one of its own.
    pub(crate) fn restart(&mut self, pause: Duration) -> io::Result<()> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => {
                redis.stop()?;
                thread::sleep(pause);
                redis.start_again()
            }
            Self::Postgres(postgres)
            | Self::ExactlyOnce(postgres)
            | Self::PostgresInbox(postgres)
            | Self::ExactlyOnceInbox(postgres) => {
                postgres.stop()?;
                thread::sleep(pause);
                postgres.start_again()
            }
            Self::SqliteInbox(inbox) => inbox.fill(pause),
            Self::NatsInbox(cluster) => cluster.kill_one(pause),
        }
    }

    /// Freezes the server for the pause. Holds the lock of a file for the pause.
    pub(crate) fn freeze(&mut self, pause: Duration) -> io::Result<()> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => {
                redis.freeze()?;
                thread::sleep(pause);
                redis.thaw()
            }
            Self::Postgres(postgres)
            | Self::ExactlyOnce(postgres)
            | Self::PostgresInbox(postgres)
            | Self::ExactlyOnceInbox(postgres) => {
                postgres.freeze()?;
                thread::sleep(pause);
                postgres.thaw()
            }
            Self::SqliteInbox(inbox) => inbox.lock(pause),
            Self::NatsInbox(cluster) => cluster.freeze_leader(pause),
        }
    }
}

/// Returns a URL whose host is the folder of the socket.
fn url(postgres: &Postgres) -> String {
    let folder = postgres.folder().display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{folder}/postgres")
}
