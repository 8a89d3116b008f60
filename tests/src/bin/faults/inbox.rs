//! Inboxes: the file of one, which is locked and filled up, and the rows of all.

use std::{
    error::Error,
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use countersign::inbox::{Details, Filter, InboxHistory, InboxStore};
use countersign_sqlite::SqliteInbox;
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::arguments::Arguments;

/// The file of an inbox that several receivers share.
pub(crate) struct InboxFile {
    folder: TempDir,
    /// True if the folder is a file system of its own.
    is_mounted: bool,
    keep_for: Option<u32>,
}

impl InboxFile {
    pub(crate) fn new(arguments: &Arguments) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        if let Some(mib) = arguments.full_disk {
            let mut mount = Command::new("mount");
            let size = format!("size={mib}m");
            mount.args(["-t", "tmpfs", "-o", &size, "countersign-faults"]);
            if !mount.arg(folder.path()).status()?.success() {
                return Err(io::Error::other("a file system for `--full-disk` cannot be mounted"));
            }
        }
        Ok(Self { folder, is_mounted: arguments.full_disk.is_some(), keep_for: arguments.keep_for })
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("inbox.db")
    }

    pub(crate) fn arguments(&self) -> Vec<String> {
        arguments(&format!("sqlite:{}", self.path().display()), self.keep_for)
    }

    /// Holds the lock of the file for the pause, as another process does.
    pub(crate) fn lock(&self, pause: Duration) -> io::Result<()> {
        let connection = Connection::open(self.path()).map_err(io::Error::other)?;
        connection.busy_timeout(Duration::from_secs(60)).map_err(io::Error::other)?;
        connection.execute_batch("begin immediate").map_err(io::Error::other)?;
        thread::sleep(pause);
        connection.execute_batch("rollback").map_err(io::Error::other)
    }

    /// Fills the disk for the pause. Without a file system of its own, holds the lock instead.
    pub(crate) fn fill(&self, pause: Duration) -> io::Result<()> {
        if !self.is_mounted {
            return self.lock(pause);
        }
        let path = self.folder.path().join("ballast");
        let mut ballast = File::create(&path)?;
        let chunk = vec![1; 64 * 1024];
        let filled = loop {
            if let Err(error) = ballast.write_all(&chunk) {
                break error;
            }
        };
        thread::sleep(pause);
        fs::remove_file(path)?;
        if filled.kind() == ErrorKind::StorageFull { Ok(()) } else { Err(filled) }
    }

    /// Returns the size of the file and its log, in bytes.
    pub(crate) fn size(&self) -> io::Result<u64> {
        let log = self.path().with_extension("db-wal");
        Ok(fs::metadata(self.path())?.len() + fs::metadata(log).map_or(0, |log| log.len()))
    }

    /// Waits until nothing is left to do, and returns all rows. Calls `meanwhile` while it waits.
    pub(crate) fn rows(
        &self,
        meanwhile: impl FnMut() -> io::Result<()>,
    ) -> Result<Vec<Details>, Box<dyn Error>> {
        let runtime = Runtime::new()?;
        let inbox = runtime.block_on(SqliteInbox::open(self.path()))?;
        rows(&runtime, &inbox, meanwhile)
    }
}

/// Returns the arguments of a receiver whose inbox is in this place.
pub(crate) fn arguments(place: &str, keep_for: Option<u32>) -> Vec<String> {
    let retries = vec!["10"; ATTEMPTS as usize - 1].join(",");
    let mut arguments = vec!["--inbox", place, "--inbox-retries", &retries];
    // So that kills come before the effect of a handler, and after it.
    arguments.extend(["--before-effect", "0.002", "--after-effect", "0.002"]);
    let keep_for = keep_for.map(|seconds| seconds.to_string());
    if let Some(keep_for) = &keep_for {
        arguments.extend(["--inbox-keep-for", keep_for]);
    }
    arguments.into_iter().map(str::to_owned).collect()
}

/// Waits until nothing is left to do in an inbox, and returns all rows.
pub(crate) fn rows(
    runtime: &Runtime,
    inbox: &impl InboxHistory,
    mut meanwhile: impl FnMut() -> io::Result<()>,
) -> Result<Vec<Details>, Box<dyn Error>> {
    wait_until_done(runtime, inbox, &mut meanwhile)?;
    runtime.block_on(async {
        let mut rows = Vec::new();
        let mut filter = Filter::new().most(1000);
        loop {
            let page = inbox.list(&filter).await?;
            let Some(last) = page.last() else { return Ok(rows) };
            filter.before = Some(last.id);
            for row in page {
                rows.extend(inbox.get(row.id).await?);
            }
        }
    })
}

/// Waits until nothing is left to do in an inbox. Calls `meanwhile` while it waits.
pub(crate) fn wait_until_done(
    runtime: &Runtime,
    inbox: &impl InboxStore,
    meanwhile: &mut impl FnMut() -> io::Result<()>,
) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    loop {
        meanwhile()?;
        let stats = runtime.block_on(inbox.stats())?;
        if stats.iter().all(|stats| stats.ready + stats.waiting + stats.running == 0) {
            return Ok(());
        }
        if begin.elapsed() > PATIENCE {
            return Err(format!("deliveries are left that nobody handles: {stats:?}").into());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

impl Drop for InboxFile {
    fn drop(&mut self) {
        if self.is_mounted {
            // If this fails, the folder stays, and its removal fails as well.
            let _ = Command::new("umount").arg(self.folder.path()).status();
        }
    }
}

/// Time after which a delivery should have been handled. Events that end their process are tried
/// one after the other, each once its lease has run out.
const PATIENCE: Duration = Duration::from_secs(300);

/// The number of attempts that each delivery has.
pub(crate) const ATTEMPTS: u32 = 6;
