//! Each event is handled once, on all surfaces, whatever happens to the store.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    process::{Command, Stdio},
    sync::mpsc,
    thread,
};

use countersign_tests::{PATIENCE, Program, Redis, Reply, Wire, signature, wait_until};

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
            assert_eq!(reply.status, 503, "{surface}");
            assert_eq!(reply.text(), r#"{"error":"In progress"}"#, "{surface}");
            assert!(retry_after(reply) <= 60, "{surface}");
        }
        assert!(is_replayed(&deliver(&program, "evt_1")), "{surface}");
        assert_eq!(effects(&program), "evt_1\n", "{surface}");
    });
}

/// Returns the value of `Retry-After`: whole seconds, at least one.
fn retry_after(reply: &Reply) -> u32 {
    let seconds = reply.header("retry-after").unwrap().parse().unwrap();
    assert_ne!(seconds, 0);
    seconds
}

/// Returns whether many senders do not try again after this status.
fn is_final(status: u16) -> bool {
    (400..500).contains(&status) && status != 429
}

#[test]
fn an_event_whose_worker_died_is_handled_although_4xx_is_final_for_the_sender() {
    let Some(redis) = Redis::start().unwrap() else { return };
    on_every_surface(|surface| {
        let keep = ["--idempotency", &redis.url(), "--lease", "3"];
        let program = start(surface, &[&keep[..], &["--before-effect", "60"]].concat());
        let id = format!("evt_{surface}");
        // The sender does not wait for the first answer, and tries again.
        let (sender, replies) = mpsc::channel();
        for _ in 0..2 {
            let (sender, mut wire) = (sender.clone(), Wire::connect(program.addr()).unwrap());
            wire.send(delivery(&id)).unwrap();
            thread::spawn(move || sender.send(wire.reply().ok()));
        }
        // Either copy can be the one in progress.
        let second = replies.recv_timeout(PATIENCE).unwrap().unwrap();
        assert!(!is_final(second.status), "{surface}: given up after {}", second.status);
        assert!(retry_after(&second) <= 3, "{surface}");
        program.signal("KILL").unwrap();
        assert_eq!(replies.recv().unwrap(), None, "{surface}");

        let program = start(surface, &keep);
        let is_handled = || {
            let status = deliver(&program, &id).status;
            assert!(!is_final(status), "{surface}: given up after {status}");
            status == 200
        };
        assert!(wait_until(is_handled), "{surface}");
        assert_eq!(effects(&program), format!("{id}\n"), "{surface}");
    });
}

#[test]
fn an_event_in_progress_gets_the_configured_answer() {
    on_every_surface(|surface| {
        for status in ["503", "429", "409"] {
            let pause = ["--idempotency", "memory", "--before-effect", "0.2"];
            let program = start(surface, &[&pause[..], &["--in-progress", status]].concat());
            let replies = thread::scope(|scope| {
                [(); 8].map(|()| scope.spawn(|| deliver(&program, "evt_1"))).map(|copy| copy.join())
            });
            for reply in replies.into_iter().map(Result::unwrap).filter(|reply| reply.status != 200)
            {
                assert_eq!(reply.status.to_string(), status, "{surface}");
                assert_eq!(reply.text(), r#"{"error":"In progress"}"#, "{surface}");
                assert!(retry_after(&reply) <= 60, "{surface}");
            }
            assert_eq!(effects(&program), "evt_1\n", "{surface}");
        }
    });
}

#[test]
fn an_event_whose_client_closed_the_connection_is_handled_next_time() {
    on_every_surface(|surface| {
        let arguments = ["--idempotency", "memory", "--before-effect", "2"];
        let program = start(surface, &arguments);
        // The second copy is answered that the first is in progress.
        let (wire, id) = (0..)
            .find_map(|attempt| {
                let id = format!("evt_{attempt}");
                let mut wire = Wire::connect(program.addr()).unwrap();
                wire.send(delivery(&id)).unwrap();
                (deliver(&program, &id).status == 503).then_some((wire, id))
            })
            .unwrap();
        drop(wire);
        // The first handler was dropped, or has finished.
        assert!(wait_until(|| deliver(&program, &id).status == 200), "{surface}");
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
        let reply = deliver(program, &format!("during {surface}"));
        assert_eq!(reply.status, 503, "{surface}");
        assert_eq!(reply.header("retry-after"), Some("5"), "{surface}");
        assert_eq!(reply.text(), r#"{"error":"Service unavailable"}"#, "{surface}");
        // A forged delivery is still answered 401, so that its sender learns nothing about the
        // store.
        let forged = delivery("evt").replace("Signature: ", "Signature: 0");
        let reply = Wire::connect(program.addr()).unwrap().exchange(forged).unwrap();
        assert_eq!(reply.status, 401, "{surface}");
    }
    redis.start_again().unwrap();
    for (surface, program) in &programs {
        let id = format!("during {surface}");
        assert!(wait_until(|| deliver(program, &id).status == 200), "{surface}");
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
                // The receiver answers, although the store never does.
                let reply = deliver(program, &format!("during {surface}"));
                assert_eq!(reply.status, 503, "{surface}");
            });
        }
    });
    redis.thaw().unwrap();
    for (surface, program) in &programs {
        let id = format!("during {surface}");
        assert!(wait_until(|| deliver(program, &id).status == 200), "{surface}");
        assert_eq!(effects(program).matches("during").count(), 1, "{surface}");
    }
}
