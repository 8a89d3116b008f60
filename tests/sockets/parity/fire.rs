//! Sends a row to a surface.

use std::{
    env, fs,
    path::PathBuf,
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use countersign_tests::{Program, Reply, Wire};

use crate::{
    post::{PREVIOUS, Post, SECRET},
    row::{Answer, Expected, Row, Step},
};

/// A receiver on one surface.
pub(crate) struct Receiver {
    program: Program,
    effects: PathBuf,
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
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("countersign-{}-{surface}-{count}", std::process::id());
        let effects = env::temp_dir().join(name);
        let _ = fs::remove_file(&effects);
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
        // Otherwise, the servers would log their own answers.
        command.env("RUST_LOG", "off");
        command
            .args(["--surface", surface, "--body-limit", &LIMIT.to_string()])
            .args(["--clock", &NOW.to_string(), "--effects"])
            .arg(&effects)
            .args(arguments)
            .env("STANDARD_SECRET", WHSEC)
            .env("STANDARD_SECRET_PREVIOUS", JOINED);
        for provider in PROVIDERS {
            command.env(format!("{provider}_SECRET"), SECRET);
            command.env(format!("{provider}_SECRET_PREVIOUS"), PREVIOUS);
        }
        let program = Program::start(&mut command)
            .map_err(|error| format!("the receiver does not start: {error}"))?;
        Ok(Self { program, effects, fired: 0 })
    }

    /// Sends a row, and then a delivery that checks that the server still works.
    pub(crate) fn fire(&mut self, row: &Row) -> Result<Seen, String> {
        let seen = self.exchange(row)?;
        self.fired += 1;
        let id = format!("probe_{}", self.fired);
        let probe =
            Post::to("/webhook").body(format!(r#"{{"id":"{id}","type":"probe"}}"#)).signed();
        let reply = Wire::connect(self.program.addr())
            .and_then(|mut wire| wire.exchange(probe.bytes()))
            .map_err(|error| format!("the server is gone: {error}"))?;
        if reply.status != 200 {
            return Err(format!("the server is unwell: {reply:?}"));
        }
        let mut effects = self.effects();
        if effects.pop() != Some(id) {
            return Err(format!("the probe has no effect: {effects:?}"));
        }
        fs::write(&self.effects, "").map_err(|error| error.to_string())?;
        Ok(Seen { effects, ..seen })
    }

    fn exchange(&self, row: &Row) -> Result<Seen, String> {
        let mut wire = Wire::connect(self.program.addr()).map_err(|error| error.to_string())?;
        for step in &row.steps {
            // A server may answer and close the connection while this side is still sending.
            let _ = match step {
                Step::Send(bytes) => wire.send(bytes),
                Step::SendLate(bytes) => wire.send(&**bytes),
                Step::Dribble(bytes) => bytes.iter().try_for_each(|byte| wire.send([*byte])),
                Step::HalfClose => wire.shutdown(),
            };
        }
        let mut replies = Vec::new();
        match &row.expected {
            Expected::Ours { replies: expected, .. } => {
                for _ in expected {
                    let reply = wire.reply().map_err(|error| {
                        let told: Vec<_> = replies.iter().map(Answer::of).collect();
                        format!("answered {told:?}, then {error}")
                    })?;
                    replies.push(reply);
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

    fn effects(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.effects).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.effects);
    }
}
