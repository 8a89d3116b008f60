//! The engines of an inbox.

use std::{error::Error, path::PathBuf, time::Duration};

use countersign::inbox::{
    Accept, Accepted, Entry, Held, InboxStore, Settled, Stats, StoreError, Taken, Wanted,
};
use countersign_nats::{NatsInbox, async_nats::ConnectOptions};
use countersign_postgres::PostgresInbox;
use countersign_sqlite::SqliteInbox;

use crate::{arguments::Arguments, idempotency::pool};

/// Where an inbox keeps its deliveries.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// This file.
    Sqlite(PathBuf),
    /// This server of PostgreSQL.
    Postgres(String),
    /// These servers of NATS.
    Nats(Vec<String>),
}

impl Place {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text.strip_prefix("sqlite:") {
            Some(path) => Ok(Self::Sqlite(path.into())),
            None if text.starts_with("postgres://") => Ok(Self::Postgres(text.to_owned())),
            None if text.starts_with("nats://") => {
                Ok(Self::Nats(text.split(',').map(str::to_owned).collect()))
            }
            None => Err("must be sqlite:FILE, postgres://.. or nats://..,nats://.."),
        }
    }
}

/// One of the engines.
#[derive(Clone, Debug)]
pub(crate) enum Engine {
    Sqlite(SqliteInbox),
    Postgres(PostgresInbox),
    Nats(NatsInbox),
}

impl Engine {
    pub(crate) async fn open(place: &Place, arguments: &Arguments) -> Result<Self, Box<dyn Error>> {
        let keep_for = arguments.inbox_keep_for;
        Ok(match place {
            Place::Sqlite(path) => {
                let lock_wait = arguments.inbox_lock_wait;
                let options = SqliteInbox::options().busy_timeout(lock_wait).keep_for(keep_for);
                Self::Sqlite(options.open(path).await?)
            }
            Place::Postgres(url) => {
                let (pool, config) = pool(url)?;
                let inbox = PostgresInbox::new(pool).keep_for(keep_for);
                inbox.migrate().await?;
                Self::Postgres(inbox.listen(config, tokio_postgres::NoTls))
            }
            Place::Nats(servers) => {
                // Servers that have just started, or that are all away, are waited for.
                let client = ConnectOptions::new().retry_on_initial_connect().connect(servers);
                let inbox = NatsInbox::builder(client.await?, "receiver").keep_for(keep_for);
                Self::Nats(inbox.replicas(servers.len()).open().await?)
            }
        })
    }
}

macro_rules! of {
    ($self:ident.$method:ident($($argument:ident),*)) => {
        match $self {
            Self::Sqlite(engine) => engine.$method($($argument),*).await,
            Self::Postgres(engine) => engine.$method($($argument),*).await,
            Self::Nats(engine) => engine.$method($($argument),*).await,
        }
    };
}

impl Accept for Engine {
    async fn accept(&self, entry: &Entry) -> Result<Accepted, StoreError> {
        of!(self.accept(entry))
    }
}

impl InboxStore for Engine {
    async fn take(&self, wanted: &Wanted) -> Result<Vec<Taken>, StoreError> {
        of!(self.take(wanted))
    }

    async fn extend(&self, held: &Held, lease: Duration) -> Result<Settled, StoreError> {
        of!(self.extend(held, lease))
    }

    async fn finish(&self, held: &Held) -> Result<Settled, StoreError> {
        of!(self.finish(held))
    }

    async fn fail_until(
        &self,
        held: &Held,
        delay: Duration,
        reason: &str,
    ) -> Result<Settled, StoreError> {
        of!(self.fail_until(held, delay, reason))
    }

    async fn bury(&self, held: &Held, reason: &str) -> Result<Settled, StoreError> {
        of!(self.bury(held, reason))
    }

    async fn release(&self, held: &Held) -> Result<Settled, StoreError> {
        of!(self.release(held))
    }

    async fn stats(&self) -> Result<Vec<Stats>, StoreError> {
        of!(self.stats())
    }

    async fn wait_until_due(&self) {
        of!(self.wait_until_due())
    }
}
