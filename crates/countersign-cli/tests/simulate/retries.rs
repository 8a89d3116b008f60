//! Retries, and webhooks that are disabled.

use serde_json::{Value, json};

use crate::{
    program::Program,
    receiver::{Receiver, SECRET},
};

/// A minute takes 0.6 ms.
const FAST: [&str; 2] = ["--speed", "100000"];

fn emit(program: &Program) {
    assert_eq!(program.ask("POST", "/v1/events", None).0, 202);
}

fn attempts(delivery: &Value) -> Vec<(&Value, &Value)> {
    let attempts = delivery["attempts"].as_array().unwrap();
    attempts.iter().map(|attempt| (&attempt["number"], &attempt["status"])).collect()
}

#[test]
fn disables_a_webhook_after_five_failures() {
    let receiver = Receiver::start();
    receiver.answers(&[500]);
    let program = Program::with_secret(&FAST, Some(SECRET));
    let (id, _) = program.create(&receiver.url("/in-house"));
    emit(&program);
    // A minute, five minutes, half an hour and two hours.
    for next in [json!(0), json!(3), json!(18), json!(72), Value::Null] {
        let attempt = program.next("attempt");
        assert_eq!((&attempt["status"], &attempt["next_in_ms"]), (&json!(500), &next));
    }
    assert_eq!(program.next("disabled")["failures"], 5);
    let path = format!("/v1/webhooks/{id}");
    assert_eq!(program.ask("GET", &path, None).1["active"], false);
    let deliveries = program.deliveries(&id);
    assert_eq!((deliveries.len(), &deliveries[0]["state"]), (1, &json!("failed")));
    assert_eq!(attempts(&deliveries[0]).len(), 5);
    for member in ["at", "duration_ms", "answer"] {
        assert!(!deliveries[0]["attempts"][4][member].is_null(), "{member}");
    }

    // No event is sent until the webhook is active again.
    assert_eq!(program.ask("POST", "/v1/events", None).1["deliveries"], json!([]));
    assert_eq!(program.ask("PATCH", &path, Some(json!({ "active": true }))).1["failures"], 0);
    receiver.answers(&[200]);
    emit(&program);
    assert_eq!(program.next("attempt")["status"], 200);
}

#[test]
fn stops_without_disabling_in_the_flat_shape() {
    let receiver = Receiver::start();
    receiver.answers(&[404]);
    let program = Program::with_secret(&[&FAST[..], &["--shape", "flat"]].concat(), Some(SECRET));
    let (id, _) = program.create(&receiver.url("/in-house"));
    emit(&program);
    for _ in 0..5 {
        assert_eq!(program.next("attempt")["status"], 404);
    }
    let (_, webhook) = program.ask("GET", &format!("/v1/webhooks/{id}"), None);
    assert_eq!((&webhook["active"], &webhook["failures"]), (&json!(true), &json!(5)));
    assert_eq!(program.deliveries(&id)[0]["state"], "failed");
}

#[test]
fn stops_retrying_once_a_delivery_is_accepted() {
    let receiver = Receiver::start();
    receiver.answers(&[500, 302, 204]);
    let arguments = ["--retry-after", "1ms,2ms,1h"];
    let program = Program::with_secret(&arguments, Some(SECRET));
    let (id, _) = program.create(&receiver.url("/in-house"));
    emit(&program);
    for (status, next) in [(500, json!(1)), (302, json!(2)), (204, Value::Null)] {
        let attempt = program.next("attempt");
        assert_eq!((&attempt["status"], &attempt["next_in_ms"]), (&json!(status), &next));
    }
    let delivery = &program.deliveries(&id)[0];
    assert_eq!(
        (&delivery["state"], &delivery["next_attempt_at"]),
        (&json!("succeeded"), &Value::Null)
    );
    assert_eq!(program.ask("GET", &format!("/v1/webhooks/{id}"), None).1["failures"], 0);
}

#[test]
fn takes_a_late_answer_for_a_failure() {
    let receiver = Receiver::start();
    let program = Program::start(&["--timeout", "50ms", "--retry-after", "1h"]);
    let (id, _) = program.create(&receiver.url("/slow"));
    emit(&program);
    let attempt = program.next("attempt");
    assert_eq!(
        (&attempt["status"], &attempt["error"]),
        (&Value::Null, &json!("no answer within 50ms"))
    );
    assert_eq!(program.deliveries(&id)[0]["state"], "pending");
}

#[test]
fn records_a_receiver_that_is_not_there() {
    let program = Program::start(&["--retry-after", "1h"]);
    let (id, _) = program.create("http://127.0.0.1:1/");
    emit(&program);
    assert!(program.next("attempt")["error"].as_str().unwrap().contains("refused"));
    assert_eq!(attempts(&program.deliveries(&id)[0]), [(&json!(1), &Value::Null)]);
}
