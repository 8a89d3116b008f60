//! The files of receivers, and their rows.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use countersign::inbox::{Details, Filter, InboxHistory, State};
use countersign_sqlite::SqliteInbox;
use countersign_tests::{Program, wait_until};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::SECRET;

/// An inbox and a file of effects. They survive the receivers.
pub(crate) struct Files(TempDir);

impl Files {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn inbox(&self) -> PathBuf {
        self.0.path().join("inbox.db")
    }

    /// Returns a receiver that answers no delivery with 503, even on a busy disk.
    pub(crate) fn receiver(&self, surface: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
        command.args(["--surface", surface]);
        command.args(["--inbox-deadline", "60000", "--inbox-lock-wait", "60000"]);
        command.args(["--inbox", &format!("sqlite:{}", self.inbox().display()), "--effects"]);
        command.arg(self.0.path().join("effects")).args(arguments).stderr(Stdio::null());
        command.env("WEBHOOK_SECRET", SECRET).env("SLACK_SECRET", SECRET);
        command
    }

    pub(crate) fn start(&self, surface: &str, arguments: &[&str]) -> Program {
        Program::start(&mut self.receiver(surface, arguments)).unwrap()
    }

    pub(crate) fn effects(&self) -> Vec<String> {
        let text = fs::read_to_string(self.0.path().join("effects")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    pub(crate) fn history(&self) -> History {
        let runtime = Runtime::new().unwrap();
        let inbox = runtime.block_on(SqliteInbox::open(self.inbox())).unwrap();
        History { runtime, inbox }
    }
}

/// The rows of an inbox, as this process sees them.
pub(crate) struct History {
    runtime: Runtime,
    inbox: SqliteInbox,
}

impl History {
    /// Returns all rows, the newest first.
    pub(crate) fn rows(&self) -> Vec<Details> {
        let of_all = async {
            let mut rows = Vec::new();
            for row in self.inbox.list(&Filter::new().most(1000)).await.unwrap() {
                rows.push(self.inbox.get(row.id).await.unwrap().unwrap());
            }
            rows
        };
        self.runtime.block_on(of_all)
    }

    /// Returns the row of an event.
    pub(crate) fn of(&self, id: &str) -> Option<Details> {
        self.rows().into_iter().find(|details| details.row.event_id.as_deref() == Some(id))
    }

    pub(crate) fn state_of(&self, id: &str) -> Option<State> {
        self.of(id).map(|details| details.row.state)
    }

    /// Waits until all rows are done.
    pub(crate) fn wait_for_all(&self) {
        let unfinished = || {
            let rows = self.rows().into_iter().map(|details| details.row);
            rows.filter(|row| row.state != State::Done).collect::<Vec<_>>()
        };
        assert!(wait_until(|| unfinished().is_empty()), "{:?}", unfinished());
    }

    /// Waits until the row of an event has this state, and returns it.
    pub(crate) fn wait_for(&self, id: &str, state: State) -> Details {
        assert!(wait_until(|| self.state_of(id) == Some(state)), "{id}: {:?}", self.of(id));
        self.of(id).unwrap()
    }
}
