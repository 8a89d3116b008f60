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
    /// Seed of the random choices.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The receiver program. Default: the one beside this program.
    #[arg(long, value_name = "FILE")]
    pub(crate) receiver: Option<PathBuf>,
}

/// A store for the claims.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    Memory,
    Redis,
    Postgres,
    ExactlyOnce,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "memory",
            Self::Redis => "redis",
            Self::Postgres => "postgres",
            Self::ExactlyOnce => "exactly-once",
        })
    }
}
