//! Each event handled once, on all surfaces, whatever the store does.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use countersign_tests::{Program, Redis, Reply, Wire, signature};

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];
const SECRET: &str = "secret";

fn start(surface: &str, arguments: &[&str]) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
    command.args(["--surface", surface]).args(arguments).stderr(Stdio::null());
    Program::start(command.env("WEBHOOK_SECRET", SECRET)).unwrap()
}

fn delivery(id: &str) -> String {
    let body = format!(r#"{{"id":"{id}","type":"user.created","data":{{}}}}"#);
    format!(
        "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: {}\r\nContent-Length: {}\r\n\r\n{body}",
        signature(SECRET, &body),
        body.len()
    )
}

fn deliver(program: &Program, id: &str) -> Reply {
    Wire::connect(program.addr()).unwrap().exchange(delivery(id)).unwrap()
}

fn effects(program: &Program) -> String {
    let request = "GET /effects HTTP/1.1\r\nHost: x\r\n\r\n";
    let reply = Wire::connect(program.addr()).unwrap().exchange(request).unwrap();
    assert_eq!(reply.status, 200);
    reply.text().to_owned()
}

fn is_replayed(reply: &Reply) -> bool {
    (reply.status, reply.header("idempotent-replayed")) == (200, Some("true"))
}

fn on_every_surface(test: impl Fn(&str) + Sync) {
    thread::scope(|scope| {
        for surface in SURFACES {
            let test = &test;
            scope.spawn(move || test(surface));
        }
    });
}

#[test]
fn of_16_copies_at_once_one_is_handled() {
    on_every_surface(|surface| {
        let arguments = ["--idempotency", "memory", "--before-effect", "0.2"];
        let program = start(surface, &arguments);
        let replies: Vec<_> = thread::scope(|scope| {
            let copies: Vec<_> =
                (0..16).map(|_| scope.spawn(|| deliver(&program, "evt_1"))).collect();
            copies.into_iter().map(|copy| copy.join().unwrap()).collect()
        });
        let first = replies.iter().filter(|reply| reply.status == 200 && !is_replayed(reply));
        assert_eq!(first.count(), 1, "{surface}");
        for reply in replies.iter().filter(|reply| reply.status != 200) {
            assert_eq!(reply.status, 409, "{surface}");
            assert_eq!(reply.text(), r#"{"error":"In progress"}"#, "{surface}");
            let seconds: u64 = reply.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&seconds), "{surface}: {seconds}");
        }
        assert!(is_replayed(&deliver(&program, "evt_1")), "{surface}");
        assert_eq!(effects(&program), "evt_1\n", "{surface}");
    });
}

#[test]
fn an_event_whose_client_hung_up_is_handled_next_time() {
    on_every_surface(|surface| {
        let arguments = ["--idempotency", "memory", "--before-effect", "2"];
        let program = start(surface, &arguments);
        // The copy that comes second is told that the first is being handled.
        let (wire, id) = (0..)
            .find_map(|attempt| {
                let id = format!("evt_{attempt}");
                let mut wire = Wire::connect(program.addr()).unwrap();
                wire.send(delivery(&id)).unwrap();
                (deliver(&program, &id).status == 409).then_some((wire, id))
            })
            .unwrap();
        drop(wire);
        // Its handler was given up, or has done its work.
        let deadline = Instant::now() + Duration::from_secs(10);
        while deliver(&program, &id).status != 200 {
            assert!(Instant::now() < deadline, "{surface}");
        }
        let lines = effects(&program);
        assert_eq!(lines.lines().filter(|line| *line == id).count(), 1, "{surface}: {lines}");
    });
}

#[test]
fn a_store_that_is_gone_is_503_and_nothing_is_handled() {
    let Some(mut redis) = Redis::start().unwrap() else { return };
    let programs: Vec<_> = SURFACES
        .iter()
        .map(|surface| (surface, start(surface, &["--idempotency", &redis.url()])))
        .collect();
    for (surface, program) in &programs {
        assert_eq!(deliver(program, &format!("before {surface}")).status, 200, "{surface}");
    }
    redis.stop().unwrap();
    for (surface, program) in &programs {
        let begin = Instant::now();
        let reply = deliver(program, &format!("during {surface}"));
        assert!(begin.elapsed() < Duration::from_secs(3), "{surface}: {:?}", begin.elapsed());
        assert_eq!(reply.status, 503, "{surface}");
        assert_eq!(reply.header("retry-after"), Some("5"), "{surface}");
        assert_eq!(reply.text(), r#"{"error":"Service unavailable"}"#, "{surface}");
        // Forgers learn nothing of it.
        let forged = delivery("evt").replace("Signature: ", "Signature: 0");
        let reply = Wire::connect(program.addr()).unwrap().exchange(forged).unwrap();
        assert_eq!(reply.status, 401, "{surface}");
    }
    redis.start_again().unwrap();
    for (surface, program) in &programs {
        let id = format!("during {surface}");
        let deadline = Instant::now() + Duration::from_secs(15);
        while deliver(program, &id).status != 200 {
            assert!(Instant::now() < deadline, "{surface}");
        }
        assert!(is_replayed(&deliver(program, &id)), "{surface}");
        let lines = effects(program);
        assert_eq!(lines.matches("during").count(), 1, "{surface}: {lines}");
    }
}

#[test]
fn a_store_that_is_frozen_is_503_within_its_deadline() {
    let Some(mut redis) = Redis::start().unwrap() else { return };
    let programs: Vec<_> = SURFACES
        .iter()
        .map(|surface| (surface, start(surface, &["--idempotency", &redis.url()])))
        .collect();
    redis.freeze().unwrap();
    thread::scope(|scope| {
        for (surface, program) in &programs {
            scope.spawn(move || {
                let begin = Instant::now();
                let reply = deliver(program, &format!("during {surface}"));
                assert!(begin.elapsed() < Duration::from_secs(4), "{surface}");
                assert_eq!(reply.status, 503, "{surface}");
            });
        }
    });
    redis.thaw().unwrap();
    for (surface, program) in &programs {
        let id = format!("during {surface}");
        let deadline = Instant::now() + Duration::from_secs(15);
        while deliver(program, &id).status != 200 {
            assert!(Instant::now() < deadline, "{surface}");
        }
        assert_eq!(effects(program).matches("during").count(), 1, "{surface}");
    }
}
