//! Receivers whose clocks are set forward and back by days. Idempotency must not depend on these
//! clocks.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use countersign_tests::{PATIENCE, Postgres, Program, Redis, Reply, Wire, have, signature};

/// A receiver whose clock can be set.
struct Receiver {
    program: Program,
    clock: PathBuf,
}

impl Receiver {
    fn start(keep: &[&str]) -> Self {
        let name = format!("countersign-clock-{}-{}", std::process::id(), keep.concat().len());
        let clock = env::temp_dir().join(name);
        fs::write(&clock, "+0").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
        command.args(["--surface", "axum-layer"]).args(keep).env("WEBHOOK_SECRET", "secret");
        // Only the wall clock is faked.
        command.env("LD_PRELOAD", library()).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        command.env("FAKETIME_TIMESTAMP_FILE", &clock).env("FAKETIME_NO_CACHE", "1");
        let program = Program::start(command.stderr(Stdio::null())).unwrap();
        Self { program, clock }
    }

    /// Sets the clock, relative to the real time.
    fn set(&self, offset: &str) {
        fs::write(&self.clock, offset).unwrap();
    }

    fn send(&self, id: &str) -> Wire {
        let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{}}}}"#);
        let mut wire = Wire::connect(self.program.addr()).unwrap();
        wire.send(format!(
            "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
            signature("secret", &body),
            body.len()
        ))
        .unwrap();
        wire
    }

    fn deliver(&self, id: &str) -> Reply {
        self.send(id).reply().unwrap()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.clock);
    }
}

fn library() -> PathBuf {
    let folders = fs::read_dir("/usr/lib").unwrap().map(|folder| folder.unwrap().path());
    let libraries = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    libraries.into_iter().find(|library| library.exists()).unwrap()
}

/// Checks that the receiver remembers handled events and events in progress, whatever its clock
/// says.
fn clock_jumps(keep: &[&str]) {
    let slow = [keep, &["--before-effect", "1"]].concat();
    let receiver = Receiver::start(&slow);
    let today = date(&receiver.deliver("evt_1"));
    for offset in ["+2d", "-2d", "+400d", "+0"] {
        // The clock jumps while this event is being handled.
        let id = format!("evt {offset}");
        let (tell, told) = mpsc::channel();
        for mut wire in [receiver.send(&id), receiver.send(&id)] {
            let tell = tell.clone();
            thread::spawn(move || tell.send(wire.reply().unwrap()));
        }
        receiver.set(offset);
        let first = told.recv_timeout(PATIENCE).unwrap();
        let second = told.recv_timeout(PATIENCE).unwrap();
        let replayed = |reply: &Reply| reply.header("idempotent-replayed").is_some();
        let is_handled = |reply: &Reply| reply.status == 200 && !replayed(reply);
        let handled = [&first, &second].into_iter().filter(|reply| is_handled(reply)).count();
        assert_eq!(handled, 1, "{keep:?}, {offset}: {first:?}, {second:?}");

        // These events were handled before.
        for id in ["evt_1", &id] {
            let reply = receiver.deliver(id);
            assert!(replayed(&reply), "{keep:?}, {offset}: {reply:?}");
            // The clock did jump forward. The server's `Date` field does not follow a jump
            // backward.
            assert!(!offset.ends_with("00d") || date(&reply) != today, "{reply:?}");
        }
    }
}

/// Returns the day in an answer's `Date` field.
fn date(reply: &Reply) -> String {
    reply.header("date").unwrap()[..16].to_owned()
}

fn url(folder: &Path) -> String {
    format!("postgres://postgres@{}/postgres", folder.display().to_string().replace('/', "%2F"))
}

#[test]
fn a_clock_that_jumps_makes_no_event_new() {
    if !have("faketime", ["--version"]) {
        return;
    }
    clock_jumps(&["--idempotency", "memory"]);
    if let Some(redis) = Redis::start().unwrap() {
        clock_jumps(&["--idempotency", &redis.url()]);
    }
    if let Some(postgres) = Postgres::start().unwrap() {
        clock_jumps(&["--idempotency", &url(postgres.folder())]);
        postgres.execute("truncate countersign_claims").unwrap();
        clock_jumps(&["--exactly-once", &url(postgres.folder())]);
    }
}
