//! The platforms, at receivers with the extractor `Webhook`.

use snapbox::cmd::{Command, cargo_bin};

use crate::{
    program::Program,
    receiver::{Receiver, SECRET},
};

/// Runs a platform, and returns the answer of the receiver to its sample event.
fn answer(arguments: &[&str], path: &str) -> String {
    let receiver = Receiver::start();
    let url = receiver.url(path);
    let arguments = [&["--to", &url][..], arguments].concat();
    let program = Program::with_secret(&arguments, Some(SECRET));
    // The secret is known already, and is not shown.
    assert!(program.next("webhook")["secret"].is_null());
    assert_eq!(program.ask("POST", "/v1/events", None).0, 202);
    let attempt = program.next("attempt");
    assert_eq!(attempt["status"], 200, "{attempt}");
    attempt["answer"].as_str().unwrap().to_owned()
}

#[test]
fn sends_both_shapes_of_the_in_house_convention() {
    assert_eq!(answer(&[], "/in-house"), "objects resource.created");
    assert_eq!(answer(&["--shape", "flat"], "/in-house"), "flat user.created");
}

#[test]
fn signs_what_python_prints_for_respan() {
    // The receiver restores the signed text from the compact one.
    let text = answer(&["--platform", "respan"], "/respan");
    assert_eq!(text, r#"{"cost": 0.002, "model": "small", "note": "Zo\u00eb"}"#);
    let former = ["--platform", "respan", "--header", "X-Keywordsai-Signature"];
    assert_eq!(answer(&former, "/respan"), text);
}

#[test]
fn sends_the_events_of_speaknode() {
    let text = answer(&["--platform", "speaknode"], "/speaknode");
    assert_eq!(text, "ConversationComplete");
}

#[test]
fn shows_a_generated_secret_to_people() {
    let receiver = Receiver::start();
    let program = Program::start(&["--to", &receiver.url("/in-house"), "--every", "0.01"]);
    let secret = program.next("webhook")["secret"].as_str().unwrap().to_owned();
    assert_eq!(secret.len(), 64);
    // The receiver has another one.
    assert_eq!(program.next("attempt")["status"], 401);
}

#[test]
fn explains_its_choices() {
    let help = Command::new(cargo_bin!("countersign")).args(["simulate", "--help"]);
    let output = help.assert().success().get_output().stdout.clone();
    let text = String::from_utf8(output).unwrap();
    for line in ["POST   /v1/webhooks ", "Choices of the simulation", "--every <SECONDS>"] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[test]
fn rejects_arguments_that_are_not_valid() {
    let run = |arguments: &[&str], secret: &str| {
        let command = Command::new(cargo_bin!("countersign")).arg("simulate").args(arguments);
        let assert = command.env("COUNTERSIGN_SECRET", secret).assert().code(2);
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    };
    assert!(run(&["--speed", "0"], "s").contains("a number greater than 0"));
    assert!(run(&["--every=-1"], "s").contains("seconds"));
    assert!(run(&["--port", "0", "--to", "localhost:3000"], "s").contains("http://"));
    assert!(run(&["--header", "a b"], "s").contains("a b"));
    assert!(run(&[], "").contains("secret"));
}

#[test]
fn says_that_a_port_is_in_use() {
    let program = Program::start(&[]);
    let (_, port) = program.url.rsplit_once(':').unwrap();
    let command = Command::new(cargo_bin!("countersign")).args(["simulate", "--port", port]);
    let assert = command.env_remove("COUNTERSIGN_SECRET").assert().code(3);
    let error = String::from_utf8(assert.get_output().stderr.clone()).unwrap();
    assert!(error.contains("next: choose another one with --port"), "{error}");
}
