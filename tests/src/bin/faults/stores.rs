//! The store's server, which is restarted and frozen.

use std::{error::Error, io, thread, time::Duration};

use countersign_tests::{Postgres, Redis};

use crate::arguments::Kind;

/// The store in which the receivers keep their claims.
pub(crate) enum Server {
    Memory,
    Redis(Redis),
    Postgres(Postgres),
    ExactlyOnce(Postgres),
}

impl Server {
    /// Starts a server. Returns `None` if it is not installed on this machine.
    pub(crate) fn start(kind: Kind) -> Result<Option<Self>, Box<dyn Error>> {
        Ok(match kind {
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
        })
    }

    /// Returns the arguments that a receiver needs for this store.
    pub(crate) fn arguments(&self) -> [String; 2] {
        match self {
            Self::Memory => ["--idempotency".to_owned(), "memory".to_owned()],
            Self::Redis(redis) => ["--idempotency".to_owned(), redis.url()],
            Self::Postgres(postgres) => ["--idempotency".to_owned(), url(postgres)],
            Self::ExactlyOnce(postgres) => ["--exactly-once".to_owned(), url(postgres)],
        }
    }

    /// Stops the server, and starts it again after the pause.
    pub(crate) fn restart(&mut self, pause: Duration) -> io::Result<()> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => {
                redis.stop()?;
                thread::sleep(pause);
                redis.start_again()
            }
            Self::Postgres(postgres) | Self::ExactlyOnce(postgres) => {
                postgres.stop()?;
                thread::sleep(pause);
                postgres.start_again()
            }
        }
    }

    /// Freezes the server for the pause.
    pub(crate) fn freeze(&mut self, pause: Duration) -> io::Result<()> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => {
                redis.freeze()?;
                thread::sleep(pause);
                redis.thaw()
            }
            Self::Postgres(postgres) | Self::ExactlyOnce(postgres) => {
                postgres.freeze()?;
                thread::sleep(pause);
                postgres.thaw()
            }
        }
    }
}

/// Returns a URL whose host is the folder of the socket.
fn url(postgres: &Postgres) -> String {
    let folder = postgres.folder().display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{folder}/postgres")
}
