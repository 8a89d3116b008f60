//! The arguments of the command line.

use std::{fmt, path::PathBuf};

use clap::{Parser, ValueEnum};

/// Counts the events that are lost or handled twice under faults.
#[derive(Debug, Parser)]
#[command(name = "faults")]
pub(crate) struct Arguments {
    /// The store in which the receivers keep their claims.
    #[arg(long)]
    pub(crate) store: Kind,
    /// The surface that takes the deliveries.
    #[arg(long, default_value = "axum-layer")]
    pub(crate) surface: String,
    /// Number of deliveries.
    #[arg(long, default_value_t = 1000)]
    pub(crate) deliveries: usize,
    /// Percentage of deliveries that repeat an earlier event.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(..100))]
    pub(crate) duplicates: u8,
    /// Number of times that a receiver is killed.
    #[arg(long, default_value_t = 0)]
    pub(crate) kills: usize,
    /// Number of times that the store is restarted or frozen, in turn.
    #[arg(long, default_value_t = 0)]
    pub(crate) faults: usize,
    /// Number of events that end the process that handles them (inboxes).
    #[arg(long, default_value_t = 0)]
    pub(crate) poison: usize,
    /// Time for which the store is away once, in the middle.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    pub(crate) outage: u64,
    /// Keeps the file on a file system of its own, and fills it up at every other fault
    /// (sqlite-inbox; needs the right to mount).
    #[arg(long, value_name = "MIB", num_args = 0..=1, default_missing_value = "192")]
    pub(crate) full_disk: Option<u32>,
    /// Deliveries per second. Default: as many as possible.
    #[arg(long)]
    pub(crate) rate: Option<u32>,
    /// Time for which done deliveries are kept (inboxes). Duplicates are sent within half of it.
    #[arg(long, value_name = "SECONDS", requires = "rate")]
    pub(crate) keep_for: Option<u32>,
    /// Prints memory, open files and the size of the file at this interval (sqlite-inbox).
    #[arg(long, value_name = "SECONDS")]
    pub(crate) measure_every: Option<u64>,
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The receiver program. Default: the one beside this program.
    #[arg(long, value_name = "FILE")]
    pub(crate) receiver: Option<PathBuf>,
}

impl Arguments {
    /// Returns true if an effect and the end of its event are one transaction.
    pub(crate) fn is_exactly_once(&self) -> bool {
        matches!(self.store, Kind::ExactlyOnce | Kind::ExactlyOnceInbox)
    }

    /// Returns true if the receivers keep their deliveries in an inbox.
    pub(crate) fn is_inbox(&self) -> bool {
        matches!(
            self.store,
            Kind::SqliteInbox | Kind::PostgresInbox | Kind::ExactlyOnceInbox | Kind::NatsInbox
        )
    }

    /// Returns how many events may lie between a delivery and its duplicate.
    pub(crate) fn farthest_duplicate(&self) -> usize {
        match (self.rate, self.keep_for) {
            (Some(rate), Some(keep_for)) => (rate * keep_for / 2) as usize,
            _ => usize::MAX,
        }
    }
}

/// A store for the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Memory,
    Redis,
    Postgres,
    ExactlyOnce,
    SqliteInbox,
    PostgresInbox,
    ExactlyOnceInbox,
    NatsInbox,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::ExactlyOnce => "exactly-once",
            Self::SqliteInbox => "sqlite-inbox",
            Self::PostgresInbox => "postgres-inbox",
            Self::ExactlyOnceInbox => "exactly-once-inbox",
            Self::NatsInbox => "nats-inbox",
        })
    }
}
