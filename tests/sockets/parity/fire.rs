//! Sends a row to a surface.

use std::{fs, process::Command};

use countersign_tests::{PATIENCE, Program, Reply, Wire, wait_until};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::{
    post::{PREVIOUS, Post, SECRET},
    row::{Answer, Expected, Row, Step},
};

/// A receiver on one surface.
pub(crate) struct Receiver {
    program: Program,
    /// The folder of the receiver's files. It is removed after the program has ended.
    folder: TempDir,
    /// True if the receiver has an inbox, whose worker handles deliveries after their answers.
    has_inbox: bool,
    /// Count of the rows that were sent.
    fired: usize,
}

/// The result of a row.
pub(crate) struct Seen {
    pub(crate) replies: Vec<Reply>,
    pub(crate) effects: Vec<String>,
}

/// Body limit in bytes: more than actix's default of 256 KiB.
pub(crate) const LIMIT: usize = 300_000;

/// The time that the receivers assume, in seconds since 1970.
pub(crate) const NOW: u64 = 1_700_000_000;

/// The providers that sign with the same two secrets, named as in the receiver's variables.
const PROVIDERS: [&str; 8] =
    ["RESPAN", "WEBHOOK", "SPEAKNODE", "GITHUB", "STRIPE", "SLACK", "GITEA", "HOOKDECK"];

/// The key `[7; 24]`, as text of Standard Webhooks.
pub(crate) const WHSEC: &str = "whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH";

/// The key `[8; 24]`.
pub(crate) const WHSEC_PREVIOUS: &str = "whsec_CAgICAgICAgICAgICAgICAgICAgICAgI";

/// The key `[8; 24]` and the key `[0xfb; 25]`, as a console shows them.
const JOINED: &str =
    "v1,whsec_CAgICAgICAgICAgICAgICAgICAgICAgI|v1,whsec_-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-w";

impl Receiver {
    /// Starts a receiver with these arguments and the common ones.
    pub(crate) fn start(surface: &'static str, arguments: &[&str]) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
        // Otherwise, the servers would log their own answers.
        command.env("RUST_LOG", "off");
        command
            .args(["--surface", surface, "--body-limit", &LIMIT.to_string()])
            .args(["--clock", &NOW.to_string(), "--effects"])
            .arg(folder.path().join(EFFECTS))
            .args(arguments)
            .env("STANDARD_SECRET", WHSEC)
            .env("STANDARD_SECRET_PREVIOUS", JOINED);
        for provider in PROVIDERS {
            command.env(format!("{provider}_SECRET"), SECRET);
            command.env(format!("{provider}_SECRET_PREVIOUS"), PREVIOUS);
        }
        let has_inbox = arguments.iter().any(|argument| argument.starts_with("--inbox"));
        if has_inbox {
            let file = folder.path().join(INBOX);
            command.args(["--inbox", &format!("sqlite:{}", file.display())]);
        }
        let program = Program::start(&mut command)
            .map_err(|error| format!("the receiver does not start: {error}"))?;
        Ok(Self { program, folder, has_inbox, fired: 0 })
    }

    /// Sends a row, and then a delivery that checks that the server still works.
    pub(crate) fn fire(&mut self, row: &Row) -> Result<Seen, String> {
        let seen = self.exchange(row)?;
        self.fired += 1;
        let id = format!("probe_{}", self.fired);
        let path = if self.has_inbox { "/inbox" } else { "/webhook" };
        if let Expected::Ours { effects, .. } = &row.expected
            && self.has_inbox
        {
            // If an effect does not come, the row fails because of it.
            let _ = wait_until(|| self.effects().len() >= effects.len());
        }
        let probe = Post::to(path).body(format!(r#"{{"id":"{id}","type":"probe"}}"#)).signed();
        let reply = Wire::connect(self.program.addr())
            .and_then(|mut wire| wire.exchange(probe.bytes()))
            .map_err(|error| format!("the server is gone: {error}"))?;
        if reply.status != 200 {
            return Err(format!("the server is unwell: {reply:?}"));
        }
        // The worker handles one delivery at a time, so the probe's effect is the last one.
        if self.has_inbox {
            let _ = wait_until(|| self.effects().last() == Some(&id));
        }
        let mut effects = self.effects();
        if effects.pop() != Some(id) {
            return Err(format!("the probe has no effect: {effects:?}"));
        }
        fs::write(self.folder.path().join(EFFECTS), "").map_err(|error| error.to_string())?;
        Ok(Seen { effects, ..seen })
    }

    fn exchange(&self, row: &Row) -> Result<Seen, String> {
        let mut wire = Wire::connect(self.program.addr()).map_err(|error| error.to_string())?;
        let mut replies = Vec::new();
        let next_reply = |wire: &mut Wire, replies: &mut Vec<Reply>| {
            let reply = wire.reply().map_err(|error| {
                let told: Vec<_> = replies.iter().map(Answer::of).collect();
                format!("answered {told:?}, then {error}")
            })?;
            replies.push(reply);
            Ok::<_, String>(())
        };
        let mut locks = Vec::new();
        for step in &row.steps {
            // A server may answer and close the connection while this side is still sending.
            let _ = match step {
                Step::Send(bytes) => wire.send(bytes),
                Step::SendLate(bytes) => wire.send(&**bytes),
                Step::Dribble(bytes) => bytes.iter().try_for_each(|byte| wire.send([*byte])),
                Step::HalfClose => wire.shutdown(),
                Step::Answer => {
                    next_reply(&mut wire, &mut replies)?;
                    Ok(())
                }
                Step::Lock => {
                    locks.push(self.lock().map_err(|error| error.to_string())?);
                    Ok(())
                }
                Step::Unlock => {
                    locks.clear();
                    Ok(())
                }
            };
        }
        match &row.expected {
            Expected::Ours { replies: expected, .. } => {
                while replies.len() < expected.len() {
                    next_reply(&mut wire, &mut replies)?;
                }
            }
            // All answers up to the end of the connection are read.
            Expected::Servers { .. } => {
                while let Ok(reply) = wire.reply() {
                    replies.push(reply);
                }
            }
        }
        Ok(Seen { replies, effects: Vec::new() })
    }

    /// Locks the inbox until the connection is dropped.
    fn lock(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(self.folder.path().join(INBOX))?;
        connection.busy_timeout(PATIENCE)?;
        connection.execute_batch("begin exclusive")?;
        Ok(connection)
    }

    fn effects(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join(EFFECTS)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// Names of files in the receiver's folder.
const EFFECTS: &str = "effects";
const INBOX: &str = "inbox.db";
