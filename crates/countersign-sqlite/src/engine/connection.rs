//! Connections to the file.

use std::{
    fs::OpenOptions,
    io::{self, ErrorKind},
    path::{Path, PathBuf, absolute},
    thread::sleep,
    time::{Duration, Instant},
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::schema::{self, Content};
use crate::error::EngineError;

/// The place of a file, and the longest wait for its lock.
#[derive(Clone, Debug)]
pub(crate) struct Location {
    pub(crate) path: PathBuf,
    pub(crate) busy_timeout: Duration,
    /// True if neither the file nor its tables are made.
    pub(crate) must_exist: bool,
}

impl Location {
    /// Makes the path absolute, because the working directory may change, and because SQLite does
    /// not read an absolute path as a URI.
    pub(crate) fn new(path: &Path, busy_timeout: Duration) -> Result<Self, EngineError> {
        if path.as_os_str().is_empty() || path == Path::new(":memory:") {
            return Err(EngineError::NotAFile(path.to_owned()));
        }
        let path =
            absolute(path).map_err(|source| EngineError::Create { path: path.into(), source })?;
        let busy_timeout = busy_timeout.min(LONGEST_WAIT);
        Ok(Self { path, busy_timeout, must_exist: false })
    }

    /// Opens the file for writing. Makes the file and its tables if there are none.
    pub(super) fn writer(&self) -> Result<Connection, EngineError> {
        let path = || self.path.clone();
        if !self.must_exist {
            make_private(&self.path)
                .map_err(|source| EngineError::Create { path: path(), source })?;
        } else if !self.path.exists() {
            return Err(EngineError::Missing(path()));
        }
        let connection = self.open().map_err(self.failed())?;
        if connection.is_readonly("main").map_err(self.failed())? {
            return Err(EngineError::ReadOnly(path()));
        }
        // Before anything is changed: the file may belong to another program.
        let content = schema::look(&connection, &self.path)?;
        if self.must_exist && content == Content::Nothing {
            return Err(EngineError::NoInbox(path()));
        }
        self.use_log(&connection)?;
        connection.execute_batch(DURABLE).map_err(self.failed())?;
        schema::migrate(&connection, &self.path)?;
        Ok(connection)
    }

    /// Opens the file for reading, after it was opened for writing.
    pub(super) fn reader(&self) -> Result<Connection, EngineError> {
        let connection = self.open().map_err(self.failed())?;
        connection.execute_batch("pragma query_only = on").map_err(self.failed())?;
        Ok(connection)
    }

    fn open(&self) -> rusqlite::Result<Connection> {
        // Only one thread uses the connection.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.busy_timeout(self.busy_timeout)?;
        Ok(connection)
    }

    /// Switches the file to the write-ahead log. SQLite does not wait for a lock here.
    fn use_log(&self, connection: &Connection) -> Result<(), EngineError> {
        let deadline = Instant::now() + self.busy_timeout;
        let mode = loop {
            let mode = connection
                .query_row("pragma journal_mode = wal", [], |row| row.get::<_, String>(0));
            match mode {
                Err(error) if is_busy(&error) && Instant::now() < deadline => sleep(PAUSE),
                mode => break mode.map_err(self.failed())?,
            }
        };
        if mode == "wal" { Ok(()) } else { Err(EngineError::NoLog(self.path.clone())) }
    }

    fn failed(&self) -> impl Fn(rusqlite::Error) -> EngineError {
        |source| EngineError::Open { path: self.path.clone(), source }
    }
}

/// Makes the file if there is none. Only its owner can read it: it will hold payloads. SQLite gives
/// its other files the same permissions.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A commit returns once the log is on the disk. On macOS, this needs the two settings with
/// `fullfsync`, which do nothing elsewhere. The commit that brings the log to 2,000 pages (8 MiB)
/// also copies the log into the file. With a larger number, this happens less often, but such a
/// commit takes longer. If a load has made the log longer than its limit, in bytes, it is cut down
/// to that length afterwards.
const DURABLE: &str = "\
pragma synchronous = full;
pragma fullfsync = on;
pragma checkpoint_fullfsync = on;
pragma foreign_keys = off;
pragma wal_autocheckpoint = 2000;
pragma journal_size_limit = 67108864;";

/// Longest wait for a lock. SQLite counts the milliseconds of a wait with 32 bits.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

const PAUSE: Duration = Duration::from_millis(10);
