//! Receivers that keep their deliveries, while they are killed, stopped and started again.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod files;

use std::{
    collections::BTreeSet,
    fs,
    os::unix::process::ExitStatusExt,
    process::Stdio,
    sync::Mutex,
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use countersign::{
    Secret, Signer,
    inbox::{Details, RECEIVED, State, StoredRequest},
    providers::Slack,
};
use countersign_tests::{Program, Reply, Wire, signature, wait_until};
use serde_json::json;

use files::Files;

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];
const SECRET: &str = "secret";
const DUPLICATE: &str = r#"{"duplicate":true}"#;

/// Three attempts, one immediately after the other.
const THREE_ATTEMPTS: [&str; 2] = ["--inbox-retries", "1,1"];

/// A lease that ends soon after a kill. A busy machine may lose it earlier, and makes one of many
/// more attempts then.
const SHORT_LEASE: [&str; 4] =
    ["--inbox-lease", "500", "--inbox-retries", "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1"];

fn event(event_type: &str, id: &str) -> String {
    json!({"id": id, "type": event_type, "data": {}}).to_string()
}

fn delivery(secret: &str, body: &str) -> Vec<u8> {
    let signature = signature(secret, body);
    let field = format!("X-Webhook-Signature: {signature}\r\n");
    request("/inbox", &field, body)
}

fn request(path: &str, fields: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: x\r\n{fields}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn slack_delivery(body: &str) -> Vec<u8> {
    let signer = Signer::<Slack>::new(Secret::new(SECRET).unwrap()).unwrap();
    let headers = signer.at(SystemTime::now()).sign(body.as_bytes()).unwrap();
    let fields = headers.into_iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    request("/inbox-slack", &fields.collect::<String>(), body)
}

fn send(program: &Program, bytes: impl AsRef<[u8]>) -> Reply {
    Wire::connect(program.addr()).unwrap().exchange(bytes).unwrap()
}

/// Sends an event, which must be acknowledged as new.
fn keep(program: &Program, event_type: &str, id: &str) {
    let reply = send(program, delivery(SECRET, &event(event_type, id)));
    assert_eq!((reply.status, reply.text()), (200, RECEIVED));
}

/// Kills a receiver. This resembles a loss of power, except that written data stays.
fn kill(mut program: Program) {
    program.signal("KILL").unwrap();
    program.wait().unwrap();
}

/// Runs a test on all surfaces at the same time. It also gets the next surface.
fn on_every_surface(test: impl Fn(&str, &str) + Sync) {
    thread::scope(|scope| {
        for (surface, next) in SURFACES.into_iter().zip(SURFACES.into_iter().cycle().skip(1)) {
            let test = &test;
            scope.spawn(move || test(surface, next));
        }
    });
}

#[test]
fn handles_acknowledged_deliveries_on_another_surface_with_other_secrets_a_day_later() {
    on_every_surface(|surface, next| {
        let files = Files::new();
        // No handler ends before the kill.
        let arguments = [&SHORT_LEASE[..], &["--before-effect", "60"]].concat();
        let program = files.start(surface, &arguments);
        let mut expected = vec!["Ev1".to_owned()];
        let slack = r#"{"type":"event_callback","event_id":"Ev1","event":{}}"#;
        assert_eq!(send(&program, slack_delivery(slack)).text(), RECEIVED, "{surface}");
        for number in 0..50 {
            let id = format!("evt_{number}");
            keep(&program, "user.created", &id);
            expected.push(id);
        }
        kill(program);
        assert_eq!(files.effects(), [""; 0], "{surface}");

        let tomorrow = SystemTime::now() + Duration::from_secs(24 * 60 * 60);
        let tomorrow = tomorrow.duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
        let mut command = files.receiver(next, &["--clock", &tomorrow]);
        command.args(&SHORT_LEASE[2..]);
        command.env("WEBHOOK_SECRET", "another secret").env("SLACK_SECRET", "another secret");
        let program = Program::start(&mut command).unwrap();
        files.history().wait_for_all();
        let reply = send(&program, delivery("another secret", &event("user.created", "evt_7")));
        assert_eq!(reply.text(), DUPLICATE, "{surface}");
        let mut effects = files.effects();
        effects.sort_unstable();
        expected.sort_unstable();
        assert_eq!(effects, expected, "{surface}");
    });
}

#[test]
fn loses_no_acknowledged_delivery_when_it_is_killed_at_any_time() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        let program = files.start(surface, &SHORT_LEASE);
        let acknowledged = Mutex::new(BTreeSet::new());
        thread::scope(|scope| {
            let (addr, acknowledged) = (program.addr(), &acknowledged);
            for sender in 0..4 {
                scope.spawn(move || {
                    let mut wire = Wire::connect(addr).unwrap();
                    for number in 0.. {
                        let id = format!("evt_{sender}_{number}");
                        let bytes = delivery(SECRET, &event("user.created", &id));
                        // The answer ends with the receiver.
                        let Ok(reply) = wire.exchange(bytes) else { return };
                        assert_eq!(reply.text(), RECEIVED, "{surface}");
                        acknowledged.lock().unwrap().insert(id);
                    }
                });
            }
            let has_enough = || acknowledged.lock().unwrap().len() >= 50;
            assert!(wait_until(has_enough), "{surface}");
            kill(program);
        });

        let acknowledged = acknowledged.into_inner().unwrap();
        let _program = files.start(surface, &SHORT_LEASE[2..]);
        let is_handled = || acknowledged.is_subset(&files.effects().into_iter().collect());
        assert!(wait_until(is_handled), "{surface}");
    });
}

#[test]
fn handles_each_event_once_that_two_receivers_of_one_file_get_at_the_same_time() {
    const EVENTS: usize = 100;
    let files = Files::new();
    let programs = ["axum-layer", "actix-middleware"].map(|surface| files.start(surface, &[]));
    let kept = thread::scope(|scope| {
        let senders = programs.each_ref().map(|program| {
            scope.spawn(|| {
                let mut wire = Wire::connect(program.addr()).unwrap();
                let mut kept = 0;
                for number in 0..EVENTS {
                    let bytes = delivery(SECRET, &event("user.created", &format!("evt_{number}")));
                    match wire.exchange(bytes).unwrap().text() {
                        RECEIVED => kept += 1,
                        text => assert_eq!(text, DUPLICATE),
                    }
                }
                kept
            })
        });
        senders.map(|sender| sender.join().unwrap()).iter().sum::<usize>()
    });
    assert_eq!(kept, EVENTS);
    files.history().wait_for_all();
    let effects = files.effects();
    assert_eq!(effects.len(), EVENTS);
    assert_eq!(effects.into_iter().collect::<BTreeSet<_>>().len(), EVENTS);
}

#[test]
fn handles_an_event_that_failed_at_its_second_attempt() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        let program = files.start(surface, &THREE_ATTEMPTS);
        keep(&program, "test.fails", "evt_1");
        let Details { row, attempts, .. } = files.history().wait_for("evt_1", State::Done);
        assert_eq!((row.attempts, attempts.len()), (2, 2), "{surface}");
        let is_service = surface == "axum-layer";
        let reason = if is_service { "answered 503" } else { "this attempt failed" };
        assert_eq!(attempts[0].reason.as_deref(), Some(reason), "{surface}");
        assert_eq!(attempts[1].reason, None, "{surface}");
        assert_eq!(files.effects(), ["evt_1"], "{surface}");
    });
}

#[test]
fn never_handles_a_dead_event_again() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        let program = files.start(surface, &THREE_ATTEMPTS);
        keep(&program, "test.dead", "evt_1");
        let history = files.history();
        let dead = history.wait_for("evt_1", State::Dead);
        assert_eq!((dead.row.attempts, dead.attempts.len()), (1, 1), "{surface}");
        let is_service = surface == "axum-layer";
        let reason = if is_service { "answered 422" } else { "no attempt succeeds" };
        assert_eq!(dead.row.last_reason.as_deref(), Some(reason), "{surface}");

        // Later deliveries are handled, also after a restart, and this one is not.
        keep(&program, "user.created", "evt_2");
        history.wait_for("evt_2", State::Done);
        kill(program);
        let program = files.start(surface, &THREE_ATTEMPTS);
        let again = send(&program, delivery(SECRET, &event("test.dead", "evt_1")));
        assert_eq!(again.text(), DUPLICATE, "{surface}");
        keep(&program, "user.created", "evt_3");
        history.wait_for("evt_3", State::Done);
        assert_eq!(history.of("evt_1"), Some(dead), "{surface}");
        assert_eq!(files.effects(), ["evt_2", "evt_3"], "{surface}");
    });
}

#[test]
fn buries_an_event_that_ended_the_process_three_times() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        // Even a busy machine calls the handler within two seconds.
        let arguments = [&THREE_ATTEMPTS[..], &["--inbox-lease", "2000"]].concat();
        let mut program = files.start(surface, &arguments);
        let history = files.history();
        // The process may end before the answer is sent.
        let poison = delivery(SECRET, &event("test.aborts", "evt_1"));
        let _ = Wire::connect(program.addr()).unwrap().exchange(poison);
        let mut ends = vec![program.wait().unwrap().signal()];
        loop {
            let mut command = files.receiver(surface, &arguments);
            let mut process = command.stdout(Stdio::null()).spawn().unwrap();
            let has_ended = wait_until(|| {
                process.try_wait().unwrap().is_some()
                    || history.state_of("evt_1") == Some(State::Dead)
            });
            if let Some(status) = process.try_wait().unwrap() {
                ends.push(status.signal());
                continue;
            }
            process.kill().unwrap();
            process.wait().unwrap();
            assert!(has_ended, "{surface}");
            break;
        }
        let dead = history.wait_for("evt_1", State::Dead);
        assert_eq!(ends, [Some(ABORTED); 3], "{surface}: {dead:?}");
        assert_eq!(dead.row.attempts, 3, "{surface}");
        let numbers: Vec<_> = dead.attempts.iter().map(|attempt| attempt.number).collect();
        assert_eq!(numbers, [1, 2, 3], "{surface}");
        assert!(dead.attempts.iter().all(|attempt| attempt.ended_at.is_none()), "{surface}");
        let reason = dead.row.last_reason.unwrap();
        assert!(reason.contains("no attempt is left"), "{surface}: {reason}");

        let program = files.start(surface, &arguments);
        keep(&program, "user.created", "evt_2");
        history.wait_for("evt_2", State::Done);
        assert_eq!(files.effects(), ["evt_2"], "{surface}");
    });
}

#[test]
fn keeps_signed_bytes_that_are_not_an_event_as_a_dead_delivery() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        let program = files.start(surface, &[]);
        let history = files.history();
        let bodies = ["", "nonsense", "[]"];
        for (index, body) in bodies.iter().enumerate() {
            assert_eq!(send(&program, delivery(SECRET, body)).text(), RECEIVED, "{surface}");
            let is_dead = || {
                let rows = history.rows();
                rows.len() == index + 1 && rows[0].row.state == State::Dead
            };
            assert!(wait_until(is_dead), "{surface}: {:?}", history.rows());
            let Details { row, request, .. } = history.rows().remove(0);
            assert_eq!((row.attempts, &*row.endpoint), (1, "inbox"), "{surface}");
            let request = StoredRequest::from_json(&request.unwrap()).unwrap();
            assert_eq!(request.body(), body, "{surface}");
            assert_eq!(request.path(), "/inbox", "{surface}");
        }
    });
}

#[test]
fn waits_for_the_handler_of_a_kept_delivery_before_it_stops() {
    on_every_surface(|surface, _| {
        let files = Files::new();
        let mut program = files.start(surface, &["--before-effect", "1"]);
        keep(&program, "user.created", "evt_1");
        let history = files.history();
        let is_taken = || history.state_of("evt_1") != Some(State::Waiting);
        assert!(wait_until(is_taken), "{surface}");
        program.signal("TERM").unwrap();
        assert!(program.wait().unwrap().success(), "{surface}");
        assert_eq!(history.state_of("evt_1"), Some(State::Done), "{surface}");
        assert_eq!(files.effects(), ["evt_1"], "{surface}");
    });
}

#[test]
fn does_not_start_with_a_file_that_is_not_an_inbox() {
    let files = Files::new();
    fs::write(files.inbox(), "these bytes are not a database").unwrap();
    let mut command = files.receiver("tower", &[]);
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(!output.status.success());
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(error.contains("inbox.db"), "{error}");
}

/// The signal of `abort`.
const ABORTED: i32 = 6;
