//! The errors of opening an inbox.

use std::error::Error;

/// An inbox that cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SetupError {
    /// The name of the inbox is empty, longer than 64 bytes, or has other characters than ASCII
    /// letters, digits, `-` and `_`.
    #[error("the name of an inbox has 1 to 64 ASCII letters, digits, `-` and `_`, not {0:?}")]
    Name(String),
    /// The server is older than 2.12, and lacks settings that the inbox needs.
    #[error("nats-server {0:?} is too old: the inbox needs 2.12 or newer (2.15 is much faster)")]
    Version(String),
    /// The server flushes its disk at intervals, so a loss of power loses acknowledged deliveries.
    #[error(
        "nats-server at {address} has not set `jetstream {{ sync_interval: always }}`: it would lose \
         acknowledged deliveries if the power fails"
    )]
    NotSynced {
        /// The monitoring address that was asked.
        address: String,
    },
    /// None of the monitoring addresses answers as nats-server does.
    #[error("the monitoring address {address} does not answer")]
    Monitoring {
        /// The monitoring address that was asked.
        address: String,
        /// The error of the connection.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// A stream of this name exists, with a setting that the inbox cannot work with.
    #[error("the stream {stream:?} exists, and its {setting} is {found}, not {expected}")]
    Stream {
        /// The name of the stream.
        stream: String,
        /// The name of the setting.
        setting: &'static str,
        /// The value of the stream.
        found: String,
        /// The value that the inbox needs.
        expected: String,
    },
    /// JetStream is not enabled, has too few servers or too little space, or has no leader.
    #[error("JetStream is not available")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl SetupError {
    pub(crate) fn unavailable(source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable(Box::new(source))
    }
}
