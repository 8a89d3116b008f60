//! A rejection reaches a sender that is still sending. Clients of other projects send bodies of 1
//! to 10 MB that are rejected before they are read, and must get the answer each time.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use countersign_tests::{Program, have};

const SURFACES: [&str; 5] =
    ["tower", "axum-extractor", "axum-layer", "actix-extractor", "actix-middleware"];

/// Sizes of the bodies, in bytes.
const SIZES: [usize; 4] = [1_000_000, 2_000_000, 5_000_000, 10_000_000];

/// Deliveries of each size to each surface. The first one is unsigned, the second one has a
/// plausible signature, and so on. All bodies exceed the limit.
const COUNT: usize = 20;

fn start(surface: &str) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_receiver"));
    command
        .args(["--surface", surface, "--body-limit", "300000"])
        .env("WEBHOOK_SECRET", "secret")
        .env("RUST_LOG", "off")
        .stderr(Stdio::null());
    Program::start(&mut command).unwrap()
}

/// Runs a client on all surfaces. The client takes the count, and a surface, port and size for each
/// target. It prints a line for each target: surface, size, count of the right answers, and the
/// first failure.
fn every_answer_arrives(client: &mut Command) {
    let receivers = SURFACES.map(|surface| (surface, start(surface)));
    client.arg(COUNT.to_string());
    for (surface, program) in &receivers {
        for size in SIZES {
            client.arg(format!("{surface} {} {size}", program.addr().port()));
        }
    }
    let output = client.stderr(Stdio::inherit()).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    println!("{told}");
    let arrived: BTreeMap<_, _> = told
        .lines()
        .map(|line| {
            let mut words = line.splitn(4, ' ');
            let mut next = || words.next().unwrap_or_default().to_owned();
            ((next(), next()), next())
        })
        .collect();
    for surface in SURFACES {
        for size in SIZES {
            let arrived = arrived.get(&(surface.to_owned(), size.to_string()));
            assert_eq!(arrived, Some(&COUNT.to_string()), "{surface}, {size} bytes:\n{told}");
        }
    }
}

#[test]
fn node_fetch() {
    if have("node", ["--version"]) {
        let script = include_str!("sender.mjs");
        every_answer_arrives(Command::new("node").args([
            "--input-type=module",
            "-e",
            script,
            "--",
        ]));
    }
}

#[test]
fn python_http_client() {
    if have("python3", ["--version"]) {
        every_answer_arrives(Command::new("python3").args(["-c", include_str!("sender.py")]));
    }
}

#[test]
fn java_http_client() {
    // Java needs its compiler to run a source file.
    if have("javac", ["-version"]) {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/sockets/refusals/Sender.java");
        every_answer_arrives(Command::new("java").arg(source));
    }
}

#[test]
fn curl_that_waits_for_100_continue_sends_nothing() {
    if !have("curl", ["--version"]) {
        return;
    }
    for surface in SURFACES {
        let program = start(surface);
        let mut curl = Command::new("curl");
        curl.args(["-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_upload}"])
            // This timeout is longer than any answer takes.
            .args(["--expect100-timeout", "60", "-H", "Expect: 100-continue"])
            .args(["--data-binary", "@-"])
            .arg(format!("http://{}/webhook", program.addr()));
        let mut curl = curl.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        curl.stdin.take().unwrap().write_all(&vec![b'x'; 2_000_000]).unwrap();
        let told = curl.wait_with_output().unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        // On actix, the server decides before our code runs whether to ask for the body.
        let expected = if surface.starts_with("actix") { "401 " } else { "401 0" };
        assert!(told.starts_with(expected), "{surface}: {told}");
    }
}
