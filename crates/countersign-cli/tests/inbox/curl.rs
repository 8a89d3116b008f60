//! The line that sends a stored request again.

use std::{process::Command, thread};

use axum::{Router, routing::post};
use countersign::{
    Secret, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::Event},
};
use countersign_tests::{have, skip};
use tokio::{net::TcpListener, runtime::Runtime};

use crate::{fill::SECRET, program::Program};

pub(crate) fn sends_the_request_again(program: &Program) {
    if !have("curl", ["--version"]) || !have("base64", ["--version"]) {
        return skip("curl or base64 is missing");
    }
    let url = receiver();
    for (event, start) in [("done", "curl "), ("dead", "printf ")] {
        let line = program.text(&["show", &program.number(event), "--curl", "--to", &url]);
        assert!(line.starts_with(start), "{line}");
        let sent = Command::new("sh").args(["-c", &line]).output().unwrap();
        let answer = String::from_utf8(sent.stdout).unwrap();
        assert!(
            answer.contains("200 OK") && answer.ends_with(&format!("user.{event}")),
            "{answer}"
        );
    }
}

/// Starts a receiver in a thread of its own until the process ends. Returns its URL.
fn receiver() -> String {
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    let handler = async |Webhook { event, .. }: Webhook<Event>| event.event_type().to_owned();
    let routes = Router::new().route("/hooks", post(handler)).with_state(verifier);
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || runtime.block_on(async { axum::serve(listener, routes).await }));
    url
}
