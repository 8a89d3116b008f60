//! Receivers as the manuals show them, in Express and Flask.

mod install;

use std::process::Command;

use countersign_tests::Program as Server;
use serde_json::{Value, json};

use crate::{program::Program, receiver::SECRET};

/// Tests a webhook of the platform, and returns the status and the answer of the receiver.
fn tested(arguments: &[&str], url: &str, secret: &str) -> (Value, Value) {
    let program = Program::with_secret(arguments, Some(secret));
    let (id, _) = program.create(url);
    let (_, delivery) = program.ask("POST", &format!("/v1/webhooks/{id}/test"), None);
    let attempt = &delivery["attempts"][0];
    let answer = attempt["answer"].as_str().unwrap();
    (attempt["status"].clone(), serde_json::from_str(answer).unwrap())
}

/// Sends the events of both shapes, and one that is signed with another secret.
fn accepts_the_in_house_convention(server: &Server) {
    let url = format!("http://{}/webhook", server.addr());
    for shape in ["objects", "flat"] {
        let received = (json!(200), json!({ "status": "received" }));
        assert_eq!(tested(&["--shape", shape], &url, SECRET), received);
    }
    let refused = (json!(401), json!({ "error": "Invalid signature" }));
    assert_eq!(tested(&[], &url, "another secret"), refused);
}

#[test]
fn delivers_to_express() {
    let Some(folder) = install::express() else { return };
    let mut node = Command::new("node");
    node.arg("express.mjs").current_dir(folder).env("WEBHOOK_SECRET", SECRET);
    accepts_the_in_house_convention(&Server::start(&mut node).unwrap());
}

#[test]
fn delivers_to_flask() {
    let Some(folder) = install::flask() else { return };
    let mut python = Command::new(folder.join("venv/bin/python"));
    python.arg("receiver.py").current_dir(folder).env("WEBHOOK_SECRET", SECRET);
    let server = Server::start(&mut python).unwrap();
    accepts_the_in_house_convention(&server);

    let url = format!("http://{}/respan", server.addr());
    let platform = ["--platform", "respan"];
    assert_eq!(tested(&platform, &url, SECRET).0, 200);
    let message = json!({ "message": "Webhook signature does not match." });
    assert_eq!(tested(&platform, &url, "another secret"), (json!(401), message));
}
