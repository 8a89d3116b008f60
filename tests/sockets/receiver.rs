//! The receiver program with many connections, with slow ones, and while it is stopped.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    env, fs,
    process::{Command, Stdio},
    thread,
};

use countersign_tests::{Program, Wire, signature, wait_until};

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];
const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;
const SECRET: &str = "secret";

fn receiver(surface: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
    command.args(["--surface", surface]).args(arguments).stderr(Stdio::null());
    for provider in ["RESPAN", "WEBHOOK", "SPEAKNODE", "GITHUB"] {
        command.env(format!("{provider}_SECRET"), SECRET);
    }
    command
}

fn start(surface: &str, arguments: &[&str]) -> Program {
    Program::start(&mut receiver(surface, arguments)).unwrap()
}

fn delivery(body: &str) -> String {
    format!(
        "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
        signature(SECRET, body),
        body.len()
    )
}

/// Runs a test on all surfaces at the same time.
fn on_every_surface(test: impl Fn(&str) + Sync) {
    thread::scope(|scope| {
        for surface in SURFACES {
            let test = &test;
            scope.spawn(move || test(surface));
        }
    });
}

#[test]
fn answers_while_300_connections_hold_half_a_request() {
    const SENT: usize = 60_000;
    on_every_surface(|surface| {
        // No deadline closes these connections, even on a slow machine.
        let program = start(surface, &["--header-deadline", "600", "--body-deadline", "600"]);
        Wire::connect(program.addr()).unwrap().exchange(delivery(EVENT)).unwrap();
        let before = program.memory("VmRSS").unwrap();

        let head = "POST /webhook HTTP/1.1\r\nHost: x\r\n";
        let plausible = format!("X-Webhook-Signature: {}\r\n", "0".repeat(64));
        let half = "x".repeat(SENT);
        let halves = [
            head.to_owned(),
            format!("{head}{plausible}Content-Length: 100000\r\n\r\n{half}"),
            format!("{head}Content-Length: 60001\r\n\r\n{half}"),
            format!("{head}{plausible}Transfer-Encoding: chunked\r\n\r\n{SENT:x}\r\n{half}\r\n"),
            // Chunks of one byte would cost the most memory if each chunk were kept.
            format!(
                "{head}{plausible}Transfer-Encoding: chunked\r\n\r\n{}",
                "1\r\nx\r\n".repeat(SENT / 6)
            ),
            // This body is too large to be read to its end without a signature, so it is rejected
            // at once.
            format!("{head}Content-Length: 100000\r\n\r\n{half}"),
        ];
        let mut held: Vec<_> = (0..300)
            .map(|index| {
                let mut wire = Wire::connect(program.addr()).unwrap();
                // Some connections are rejected and closed while they send.
                let _ = wire.send(&halves[index % halves.len()]);
                wire
            })
            .collect();

        let reply = Wire::connect(program.addr()).unwrap().exchange(delivery(EVENT)).unwrap();
        assert_eq!(reply.status, 200, "{surface}");
        // The answer did not wait for these connections.
        let mut unanswered = 0;
        for wire in &mut held {
            unanswered += usize::from(wire.is_silent().unwrap());
        }
        assert!(unanswered >= 250, "{surface}: {unanswered} are unanswered");

        let grown = program.memory("VmRSS").unwrap().saturating_sub(before);
        // This allows for the bytes that were sent, and for buffers. One-byte chunks that were kept
        // would add 32 MiB.
        let allowed = u64::try_from(held.len() * SENT / 1024).unwrap() + 26 * 1024;
        assert!(grown < allowed, "{surface} grew by {grown} KiB, {allowed} allowed");
        println!("{surface}: {unanswered} were unanswered, grew by {grown} KiB");
    });
}

#[test]
fn finishes_deliveries_in_flight_before_it_stops() {
    on_every_surface(|surface| {
        let mut program = start(surface, &[]);
        let request = delivery(EVENT);
        let (first, rest) = request.split_at(request.len() - 10);
        let mut wire = Wire::connect(program.addr()).unwrap();
        // The interim answer shows that the head was read, and that the delivery is in flight.
        let asking = first.replacen("Host: x", "Host: x\r\nExpect: 100-continue", 1);
        wire.send(asking).unwrap();
        wire.interim().unwrap();

        program.signal("TERM").unwrap();
        // After a while, the program accepts no new connections.
        assert!(wait_until(|| Wire::connect(program.addr()).is_err()), "{surface}");
        wire.send(rest).unwrap();
        assert_eq!(wire.reply().unwrap().status, 200, "{surface}");
        assert!(program.wait().unwrap().success(), "{surface}");
    });
}

#[test]
fn closes_a_connection_with_half_a_head_at_the_deadline() {
    on_every_surface(|surface| {
        let program = start(surface, &["--header-deadline", "1"]);
        for half in ["POST /webhook HTTP/1.1\r\nHost", "P", ""] {
            let mut wire = Wire::connect(program.addr()).unwrap();
            wire.send(half).unwrap();
            // Some servers answer 408 first.
            let _ = wire.reply();
            assert!(wire.is_closed(), "{surface}, {half:?}");
        }
    });
}

#[test]
fn rejects_every_delivery_at_an_endpoint_without_a_secret() {
    on_every_surface(|surface| {
        let mut command = receiver(surface, &[]);
        command.env_remove("WEBHOOK_SECRET");
        let program = Program::start(&mut command).unwrap();
        for secret in [SECRET, "x"] {
            let request =
                delivery(EVENT).replace(&signature(SECRET, EVENT), &signature(secret, EVENT));
            let reply = Wire::connect(program.addr()).unwrap().exchange(request).unwrap();
            assert_eq!(reply.status, 401, "{surface}");
        }
    });
}

#[test]
fn does_not_start_with_a_bad_secret() {
    for (variable, value) in
        [("WEBHOOK_SECRET", ""), ("GITHUB_SECRET", "x\n"), ("RESPAN_SECRET_PREVIOUS", "")]
    {
        let output =
            receiver("tower", &[]).env(variable, value).stderr(Stdio::piped()).output().unwrap();
        assert!(!output.status.success());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(variable), "{error}");
    }
}

#[test]
fn appends_a_line_for_each_event_whatever_its_id() {
    on_every_surface(|surface| {
        let path =
            env::temp_dir().join(format!("countersign-{}-{surface}-lines", std::process::id()));
        fs::write(&path, "before\n").unwrap();
        let program = start(surface, &["--effects", path.to_str().unwrap(), "--workers", "4"]);
        thread::scope(|scope| {
            for sender in 0..8 {
                let addr = program.addr();
                scope.spawn(move || {
                    let mut wire = Wire::connect(addr).unwrap();
                    for count in 0..50 {
                        let id = format!("{sender}-{count}-{}", "x".repeat(10_000));
                        let body = format!(r#"{{"id":"{id}","type":"a"}}"#);
                        assert_eq!(wire.exchange(delivery(&body)).unwrap().status, 200);
                    }
                });
            }
        });
        let text = fs::read_to_string(&path).unwrap();
        fs::remove_file(&path).unwrap();
        let mut lines: Vec<_> = text.lines().collect();
        assert_eq!((lines.remove(0), lines.len()), ("before", 400), "{surface}");
        lines.sort_unstable();
        lines.dedup();
        assert_eq!(lines.len(), 400, "{surface}");
        assert!(lines.iter().all(|line| line.ends_with(&"x".repeat(10_000))), "{surface}");
    });
}
