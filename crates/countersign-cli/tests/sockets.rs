//! Commands that talk to each other over real sockets of this machine.

#![allow(clippy::unwrap_used, reason = "a panic is the report of a test")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdout, Command, Output, Stdio},
};

use serde_json::Value;

const SECRET: &str = "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0";

fn countersign(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.args(arguments).env("COUNTERSIGN_SECRET", SECRET).env("NO_COLOR", "1");
    command
}

fn run(arguments: &[&str]) -> Output {
    countersign(arguments).output().unwrap()
}

/// Runs a command, and returns its exit code and its lines of JSON.
fn json(arguments: &[&str]) -> (i32, Vec<Value>) {
    let output = run(&[&["--json"], arguments].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (output.status.code().unwrap(), lines)
}

/// A `listen` that ends after some deliveries, or when the test fails.
struct Listener {
    child: Child,
    output: BufReader<ChildStdout>,
    url: String,
}

impl Listener {
    fn start(count: usize, arguments: &[&str]) -> Self {
        let count = count.to_string();
        let own = ["--json", "listen", "--port", "0", "--count", &count];
        let mut child = countersign(&[&own, arguments].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let line: Value = serde_json::from_str(&line).unwrap();
        let url = line["listening"].as_str().unwrap().to_owned();
        Self { child, output, url }
    }

    /// Waits for the end, and returns the exit code and the deliveries.
    fn end(mut self) -> (i32, Vec<Value>) {
        let mut text = String::new();
        self.output.read_to_string(&mut text).unwrap();
        let code = self.child.wait().unwrap().code().unwrap();
        (code, text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(directory: &Path) -> Vec<String> {
    let mut files: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path().to_str().unwrap().to_owned())
        .collect();
    files.sort();
    files
}

#[test]
fn accepts_deliveries_of_all_providers_and_refuses_tampered_ones() {
    let (_, providers) = json(&["providers"]);
    let names: Vec<_> = providers
        .iter()
        .map(|provider| provider["name"].as_str().unwrap())
        // It signs with another key than the one that it verifies with.
        .filter(|name| *name != "standard-webhooks-ed25519")
        .collect();
    // Paddle allows 5 s, which is little on a busy machine.
    let listener = Listener::start(2 * names.len(), &["--tolerance", "1h"]);
    // Square signs the URL: the receiver sees it with its path.
    let url = format!("{}/", listener.url);
    for name in &names {
        let (code, sent) = json(&["send", name, &url]);
        assert_eq!((code, &sent[0]["status"]), (0, &200.into()), "{name}: {sent:?}");
        let (code, sent) = json(&["send", name, &url, "--tamper"]);
        assert_eq!((code, &sent[0]["status"]), (1, &401.into()), "{name}: {sent:?}");
        assert_eq!(sent[0]["answer"], r#"{"error":"Invalid signature"}"#);
    }
    let (code, received) = listener.end();
    assert_eq!((code, received.len()), (1, 2 * names.len()));
    assert!(received.iter().all(|line| !line.to_string().contains(SECRET)));
}

#[test]
fn refuses_stale_and_unsigned_deliveries() {
    let listener = Listener::start(3, &["stripe"]);
    for (option, reason) in
        [("--stale", "stale_timestamp"), ("--unsigned", "missing_signature"), ("--chunked", "")]
    {
        let (code, _) = json(&["send", "stripe", &listener.url, option]);
        assert_eq!(code, i32::from(!reason.is_empty()), "{option}");
    }
    let (code, received) = listener.end();
    assert_eq!(code, 1);
    let reasons: Vec<_> = received.iter().map(|line| line["reason"].as_str()).collect();
    assert_eq!(reasons, [Some("stale_timestamp"), Some("missing_signature"), None]);
}

#[test]
fn records_deliveries_that_can_be_verified_and_sent_again() {
    let directory = tempfile::tempdir().unwrap();
    let record = directory.path().join("deliveries");
    let listener = Listener::start(2, &["--record", record.to_str().unwrap()]);
    for provider in ["github", "linear"] {
        assert!(run(&["send", provider, &listener.url]).status.success());
    }
    assert_eq!(listener.end().0, 0);

    let files = files(&record);
    let [github, linear] = &files[..] else { panic!("{files:?}") };
    assert_eq!(json(&["verify", "github", github]).0, 0);
    assert_eq!(json(&["verify", "linear", linear]).0, 0);
    assert_eq!(json(&["verify", "linear", linear, "--at", "2020-01-01T00:00:00Z"]).0, 1);
    assert_eq!(json(&["verify", "stripe", github]).0, 1);

    let listener = Listener::start(4, &[]);
    let (code, sent) = json(&["replay", github, linear, &listener.url]);
    assert_eq!((code, sent.len()), (0, 2));
    let (code, sent) = json(&["replay", github, linear, &listener.url, "--resign"]);
    assert_eq!((code, sent.len()), (0, 2));
    let (code, received) = listener.end();
    assert_eq!((code, received.len()), (0, 4));
    assert_eq!(received[0]["body"], received[2]["body"]);
}

#[test]
fn signs_a_stale_delivery_anew() {
    let directory = tempfile::tempdir().unwrap();
    let listener = Listener::start(1, &["--record", directory.path().to_str().unwrap()]);
    json(&["send", "resend", &listener.url, "--stale", "--id", "msg_7"]);
    assert_eq!(listener.end().0, 1);

    let files = files(directory.path());
    let listener = Listener::start(2, &["resend"]);
    assert_eq!(json(&["replay", &files[0], &listener.url]).0, 1);
    assert_eq!(json(&["replay", &files[0], &listener.url, "--resign"]).0, 0);
    let (_, received) = listener.end();
    assert_eq!(received[1]["id"], "msg_7");
}

#[test]
fn forwards_exact_bytes_and_returns_the_answer() {
    let directory = tempfile::tempdir().unwrap();
    let body = directory.path().join("body");
    fs::write(&body, b"\xff\x00 exact \r\n").unwrap();
    let inner = Listener::start(2, &["github"]);
    let outer = Listener::start(2, &["github", "--forward-to", &inner.url]);
    let body = body.to_str().unwrap();
    let (code, sent) =
        json(&["send", "github", &format!("{}/a?b=c", outer.url), body, "-H", "X-Other: d"]);
    assert_eq!((code, sent[0]["answer"].as_str()), (0, Some(r#"{"status":"received"}"#)));
    let (code, _) = json(&["send", "github", &outer.url, body, "--tamper"]);
    assert_eq!(code, 1);
    let ((code, received), (_, passed_on)) = (inner.end(), outer.end());
    assert_eq!(code, 1);
    assert_eq!(received[0]["body_base64"], "/wAgZXhhY3QgDQo=");
    assert_eq!(received[0]["body_base64"], passed_on[0]["body_base64"]);
    assert!(received[0]["url"].as_str().unwrap().ends_with("/?b=c"), "{}", received[0]["url"]);
    assert_eq!(passed_on[1]["status"], 401);
}

#[test]
fn answers_502_if_the_receiver_does_not_answer() {
    // Nothing listens on the port of a listener that has ended.
    let gone = Listener::start(1, &[]);
    let url = gone.url.clone();
    drop(gone);
    let listener = Listener::start(1, &["--forward-to", &url]);
    let (code, sent) = json(&["send", "github", &listener.url]);
    assert_eq!((code, &sent[0]["status"]), (1, &502.into()));
    let (_, received) = listener.end();
    assert!(received[0]["forward_error"].is_string());
    let (code, sent) = json(&["send", "github", &url]);
    assert_eq!((code, sent[0]["outcome"].as_str()), (3, Some("unreachable")));
}

#[test]
fn sends_many_deliveries_with_their_own_ids() {
    let listener = Listener::start(24, &["openai"]);
    let arguments = ["--times", "12", "--parallel", "4", "--duplicate"];
    let (code, sent) = json(&[&["send", "openai", &listener.url], &arguments[..]].concat());
    assert_eq!((code, sent.len()), (0, 24));
    let (_, received) = listener.end();
    let mut ids: Vec<_> = received.iter().map(|line| line["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert!(ids.chunks(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    ids.dedup();
    assert_eq!(ids.len(), 12);
}

#[test]
fn sends_again_as_the_schedule_says() {
    let listener = Listener::start(4, &["linear"]);
    let arguments = ["--tamper", "--schedule", "provider", "--speed", "1000000"];
    let (code, sent) = json(&[&["send", "linear", &listener.url], &arguments[..]].concat());
    assert_eq!((code, sent.len()), (1, 4));
    assert_eq!(sent[3]["attempt"], 4);
    let (_, received) = listener.end();
    assert!(received.iter().all(|line| line["body"] == received[0]["body"]));
}

#[test]
fn changes_members_of_a_sample() {
    let listener = Listener::start(1, &[]);
    let members = ["id=evt_9", "data.object.amount_paid:=5", "livemode=", "data.object.note=Zoë"];
    let (code, _) = json(&[&["send", "stripe", &listener.url], &members[..]].concat());
    assert_eq!(code, 0);
    let (_, received) = listener.end();
    let body: Value = serde_json::from_str(received[0]["body"].as_str().unwrap()).unwrap();
    assert_eq!((&received[0]["id"], &body["id"]), (&"evt_9".into(), &"evt_9".into()));
    assert_eq!(body["data"]["object"]["amount_paid"], 5);
    assert_eq!(body["data"]["object"]["note"], "Zoë");
    assert!(body.get("livemode").is_none());
}

#[test]
fn answers_413_to_a_large_body_and_405_to_another_method() {
    let listener = Listener::start(2, &["github"]);
    let directory = tempfile::tempdir().unwrap();
    let body = directory.path().join("body");
    fs::write(&body, vec![b'a'; 1024 * 1024 + 1]).unwrap();
    // The receiver may close the connection before it has read the body.
    let (code, sent) = json(&["send", "github", &listener.url, body.to_str().unwrap()]);
    assert_ne!(code, 0);
    assert!(sent[0]["status"] == 413 || sent[0]["outcome"] == "unreachable", "{sent:?}");
    let dump = directory.path().join("get.http");
    fs::write(&dump, "GET /hook HTTP/1.1\nHost: a\n\n").unwrap();
    let (code, sent) = json(&["replay", dump.to_str().unwrap(), &listener.url]);
    assert_eq!((code, &sent[0]["status"]), (1, &405.into()));
    assert_eq!(listener.end().0, 1);
}

#[test]
fn ends_without_an_error_if_the_pipe_is_closed() {
    let mut child = countersign(&["--json", "providers"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn lists_its_commands() {
    let text = String::from_utf8(run(&["--help"]).stdout).unwrap();
    for command in ["providers", "sign", "verify", "send", "listen", "replay", "completions", "man"]
    {
        assert!(text.contains(&format!("\n  {command} ")), "{command}: {text}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(!run(&["completions", shell]).stdout.is_empty(), "{shell}");
    }
    for page in [&["man"][..], &["man", "send"]] {
        assert!(String::from_utf8(run(page).stdout).unwrap().contains(".TH countersign"));
    }
}
