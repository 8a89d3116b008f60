//! Receivers and stores that die: events that are lost, and events that are handled twice.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use countersign_tests::{PATIENCE, Postgres, Program, Redis, Wire, signature, wait_until};

const SECRET: &str = "secret";

/// A receiver that can be killed and started again, with the same effects.
struct Receiver {
    program: Program,
    addr: String,
    keep: Vec<String>,
    effects: Option<PathBuf>,
}

impl Receiver {
    /// Starts a receiver whose claims and pauses these arguments set.
    fn start(keep: &[&str], pauses: &[&str]) -> Self {
        let addr = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
        let addr = addr.to_string();
        let keep: Vec<_> = keep.iter().map(|argument| (*argument).to_owned()).collect();
        let effects = (keep[0] != "--exactly-once").then(|| {
            let name = format!("countersign-{}-{}", std::process::id(), addr.replace(':', "-"));
            env::temp_dir().join(name)
        });
        let program = Self::command(&addr, &keep, effects.as_ref(), pauses);
        Self { program, addr, keep, effects }
    }

    fn command(addr: &str, keep: &[String], effects: Option<&PathBuf>, pauses: &[&str]) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
        command.args(["--surface", "axum-layer", "--addr", addr]);
        command.args(keep).args(pauses).stderr(Stdio::null()).env("WEBHOOK_SECRET", SECRET);
        if let Some(effects) = effects {
            command.arg("--effects").arg(effects);
        }
        Program::start(&mut command).unwrap()
    }

    /// Kills the receiver. This resembles a loss of power, except that written data stays.
    fn kill(&mut self) {
        self.program.signal("KILL").unwrap();
        self.program.wait().unwrap();
    }

    fn start_again(&mut self) {
        self.program = Self::command(&self.addr, &self.keep, self.effects.as_ref(), &[]);
    }

    fn send(&self, id: &str) -> Wire {
        let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{}}}}"#);
        let mut wire = Wire::connect(self.program.addr()).unwrap();
        wire.send(format!(
            "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
            signature(SECRET, &body),
            body.len()
        ))
        .unwrap();
        wire
    }

    /// Sends two copies at once. The channel reports the status of each answer, or `None` if there
    /// is no answer.
    fn two_copies(&self) -> mpsc::Receiver<Option<u16>> {
        let (tell, told) = mpsc::channel();
        for mut wire in [self.send("evt_1"), self.send("evt_1")] {
            let tell = tell.clone();
            thread::spawn(move || {
                let _ = tell.send(wire.reply().ok().map(|reply| reply.status));
            });
        }
        told
    }

    /// Delivers as a provider does, until the answer is 200.
    fn deliver(&self, id: &str) {
        let is_handled = || self.send(id).reply().unwrap().status == 200;
        assert!(wait_until(is_handled), "{id} is not handled");
    }

    fn effects(&self) -> String {
        let request = "GET /effects HTTP/1.1\r\nHost: x\r\n\r\n";
        Wire::connect(self.program.addr()).unwrap().exchange(request).unwrap().text().to_owned()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(effects) = &self.effects {
            let _ = fs::remove_file(effects);
        }
    }
}

fn url(postgres: &Postgres) -> String {
    let folder = postgres.folder().display().to_string().replace('/', "%2F");
    format!("postgres://postgres@{folder}/postgres")
}

/// The receiver dies while its handler works: the event is handled once, by a later delivery.
fn dies_before_the_effect(keep: &[&str]) {
    let mut receiver = Receiver::start(keep, &["--before-effect", "60"]);
    let copies = receiver.two_copies();
    // Either copy may be the one in progress.
    assert_eq!(copies.recv_timeout(PATIENCE), Ok(Some(503)), "{keep:?}");
    receiver.kill();
    assert_eq!(copies.recv(), Ok(None), "{keep:?}");
    receiver.start_again();
    receiver.deliver("evt_1");
    receiver.deliver("evt_1");
    assert_eq!(receiver.effects(), "evt_1\n", "{keep:?}");
}

/// The receiver dies after the effect of its handler, and before it completes the claim.
fn dies_after_the_effect(keep: &[&str], is_done: impl Fn(&Receiver) -> bool, expected: &str) {
    let mut receiver = Receiver::start(keep, &["--after-effect", "60"]);
    let under_way = receiver.send("evt_1");
    assert!(wait_until(|| is_done(&receiver)), "{keep:?}");
    receiver.kill();
    drop(under_way);
    receiver.start_again();
    receiver.deliver("evt_1");
    receiver.deliver("evt_1");
    assert_eq!(receiver.effects(), expected, "{keep:?}");
}

#[test]
fn in_memory_nothing_is_lost() {
    let keep = ["--idempotency", "memory", "--lease", "2"];
    dies_before_the_effect(&keep);
    // The claims were in the memory of the process that died.
    let is_done = |receiver: &Receiver| receiver.effects() == "evt_1\n";
    dies_after_the_effect(&keep, is_done, "evt_1\nevt_1\n");
}

#[test]
fn in_redis_nothing_is_lost() {
    let Some(redis) = Redis::start().unwrap() else { return };
    let url = redis.url();
    let keep = ["--idempotency", &url, "--lease", "2"];
    let is_done = |receiver: &Receiver| receiver.effects() == "evt_1\n";
    dies_before_the_effect(&keep);
    redis.execute(["FLUSHALL"]).unwrap();
    // With a lease, an event whose receiver dies between the effect and the completion is handled
    // again.
    dies_after_the_effect(&keep, is_done, "evt_1\nevt_1\n");
}

#[test]
fn in_postgres_nothing_is_lost() {
    let Some(postgres) = Postgres::start().unwrap() else { return };
    let url = url(&postgres);
    let keep = ["--idempotency", &url, "--lease", "2"];
    let is_done = |receiver: &Receiver| receiver.effects() == "evt_1\n";
    dies_before_the_effect(&keep);
    postgres.execute("truncate countersign_claims").unwrap();
    // With a lease, an event whose receiver dies between the effect and the completion is handled
    // again.
    dies_after_the_effect(&keep, is_done, "evt_1\nevt_1\n");
}

#[test]
fn in_one_transaction_nothing_is_lost_or_handled_twice() {
    let Some(postgres) = Postgres::start().unwrap() else { return };
    let url = url(&postgres);
    let keep = ["--exactly-once", &url];
    let holds = |statement: &str| {
        let running = "select count(*) from pg_stat_activity \
                       where state = 'idle in transaction' and query like";
        postgres.execute(&format!("{running} '{statement}%'")).unwrap() == "1"
    };
    dies_after_the_effect(&keep, |_| holds("insert into effects"), "evt_1\n");
}

#[test]
fn a_slow_worker_does_not_settle_the_claim_of_another() {
    let keep = ["--idempotency", "memory", "--lease", "3"];
    let receiver = Receiver::start(&keep, &["--before-effect", "4.5"]);
    let copies = receiver.two_copies();
    assert_eq!(copies.recv(), Ok(Some(503)));
    thread::scope(|scope| {
        // After 3 s a second delivery is handled, while the first handler works for another 1.5 s.
        let second = scope.spawn(|| {
            loop {
                let reply = receiver.send("evt_1").reply().unwrap();
                if reply.status != 503 {
                    break reply;
                }
            }
        });
        assert_eq!(copies.recv(), Ok(Some(200)));
        // The first handler has neither completed nor released the claim, which now belongs to the
        // second.
        assert_eq!(receiver.send("evt_1").reply().unwrap().status, 503);
        let second = second.join().unwrap();
        assert_eq!((second.status, second.header("idempotent-replayed")), (200, None));
    });
    let third = receiver.send("evt_1").reply().unwrap();
    assert_eq!(third.header("idempotent-replayed"), Some("true"));
    assert_eq!(receiver.effects(), "evt_1\nevt_1\n");
}

/// Runs the program `faults`, which fails if an event is lost, or is handled twice although that
/// must not happen.
fn faults(arguments: &[&str]) {
    faults_within("env", &[], arguments);
}

/// Runs the program `faults` by means of another program.
fn faults_within(program: &str, before: &[&str], arguments: &[&str]) {
    let status = Command::new(program)
        .args(before)
        .arg(env!("CARGO_BIN_EXE_faults"))
        .args(["--receiver", env!("CARGO_BIN_EXE_receiver")])
        .args(arguments)
        .status()
        .unwrap();
    assert!(status.success(), "{arguments:?}");
}

#[test]
fn nothing_is_lost_under_kills_and_faults_of_the_store() {
    for store in ["memory", "redis", "postgres", "exactly-once"] {
        faults(&["--store", store, "--deliveries", "2000", "--kills", "10", "--faults", "2"]);
    }
}

#[test]
fn nothing_is_handled_twice_without_kills() {
    for store in ["memory", "redis", "postgres", "exactly-once"] {
        let surface = ["--surface", "actix-extractor"];
        faults(
            &[&["--store", store, "--deliveries", "2000", "--faults", "2"], &surface[..]].concat(),
        );
    }
}

#[test]
fn an_inbox_loses_nothing_under_kills_locks_a_full_disk_and_events_that_end_the_process() {
    let run = ["--store", "sqlite-inbox", "--deliveries", "2000", "--kills", "10", "--faults", "4"];
    let run = [&run[..], &["--poison", "1"]].concat();
    // A mount of its own needs rights that not every user has.
    if may_mount() {
        faults_within("unshare", &["--mount"], &[&run[..], &["--full-disk"]].concat());
    } else {
        eprintln!("without a full disk, because this user may not mount");
        faults(&run);
    }
}

#[test]
fn an_inbox_handles_nothing_twice_without_kills() {
    faults(
        &[
            &["--store", "sqlite-inbox", "--deliveries", "2000", "--faults", "2"],
            &["--surface", "actix-middleware"][..],
        ]
        .concat(),
    );
}

#[test]
fn an_inbox_in_postgres_loses_nothing_under_kills_restarts_and_events_that_end_the_process() {
    for store in ["postgres-inbox", "exactly-once-inbox"] {
        let run = ["--store", store, "--deliveries", "2000", "--kills", "10", "--faults", "2"];
        faults(&[&run[..], &["--poison", "1"]].concat());
    }
}

fn may_mount() -> bool {
    Command::new("unshare").args(["--mount", "true"]).status().is_ok_and(|status| status.success())
}
