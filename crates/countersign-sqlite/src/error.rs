//! The errors of a file, which are the sources of each [`StoreError`].

use std::{io, path::PathBuf};

use countersign::inbox::StoreError;

/// An error that is not SQLite's own.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EngineError {
    #[error("{0:?} is not the path of a file: deliveries in memory would not survive a restart")]
    NotAFile(PathBuf),
    #[error("cannot create the file {path:?}; its directory must exist")]
    Create { path: PathBuf, source: io::Error },
    #[error("cannot open the file {path:?}")]
    Open { path: PathBuf, source: rusqlite::Error },
    #[error("there is no file {0:?}")]
    Missing(PathBuf),
    #[error("the file {0:?} is not an inbox: it has no tables")]
    NoInbox(PathBuf),
    #[error("the file {0:?} is read-only")]
    ReadOnly(PathBuf),
    #[error("the file {0:?} belongs to another program: use a file of its own for countersign")]
    Foreign(PathBuf),
    #[error(
        "the file {path:?} has version {found} of the schema, and this release knows version \
         {known}: update countersign-sqlite"
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    #[error("the file system of {0:?} has no write-ahead log: use a local disk")]
    NoLog(PathBuf),
    #[error("cannot start a thread")]
    Thread(#[source] io::Error),
    #[error("the thread of the file has ended, because of a panic: open the file again")]
    Ended,
}

impl EngineError {
    pub(crate) fn ended() -> StoreError {
        StoreError::new(Self::Ended)
    }
}
