//! What can be set on the command line.

use std::{fmt, path::PathBuf};

use clap::{Parser, ValueEnum};

/// Counts what is lost and doubled under faults.
#[derive(Debug, Parser)]
#[command(name = "faults")]
pub(crate) struct Arguments {
    /// What the receivers keep their claims in.
    #[arg(long)]
    pub(crate) store: Kind,
    /// The way deliveries take.
    #[arg(long, default_value = "axum-layer")]
    pub(crate) surface: String,
    /// How many deliveries.
    #[arg(long, default_value_t = 1000)]
    pub(crate) deliveries: usize,
    /// How many of a hundred are of an event that was delivered before.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u8).range(..100))]
    pub(crate) duplicates: u8,
    /// How often a receiver is killed.
    #[arg(long, default_value_t = 0)]
    pub(crate) kills: usize,
    /// How often the store is restarted or frozen, in turn.
    #[arg(long, default_value_t = 0)]
    pub(crate) faults: usize,
    /// What random choices are made of.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The receiver program. Default: the one beside this.
    #[arg(long, value_name = "FILE")]
    pub(crate) receiver: Option<PathBuf>,
}

/// What claims are kept in.
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
