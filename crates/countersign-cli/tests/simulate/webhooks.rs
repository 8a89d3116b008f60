//! The API for webhooks.

use serde_json::json;

use crate::{
    program::Program,
    receiver::{Receiver, SECRET},
};

#[test]
fn creates_lists_changes_and_deletes_a_webhook() {
    let program = Program::start(&["--shape", "flat"]);
    let (id, secret) = program.create("http://127.0.0.1:1/hook");
    assert!(secret.starts_with("whsec_") && secret.len() > 40, "{secret}");
    let (other, other_secret) = program.create("https://example.com/hook");
    assert_ne!(secret, other_secret);

    let (status, list) = program.ask("GET", "/v1/webhooks", None);
    assert_eq!(status, 200);
    let ids: Vec<_> = list["data"].as_array().unwrap().iter().map(|hook| &hook["id"]).collect();
    assert_eq!(ids, [&json!(id), &json!(other)]);
    assert!(!list.to_string().contains(&secret), "only the creation shows the secret");

    let path = format!("/v1/webhooks/{id}");
    let change = json!({ "url": "http://127.0.0.1:2/", "events": ["a", "b"], "active": false });
    let (status, changed) = program.ask("PATCH", &path, Some(change));
    assert_eq!(status, 200);
    assert_eq!(program.ask("GET", &path, None), (200, changed.clone()));
    assert_eq!(changed["events"], json!(["a", "b"]));
    assert_eq!(
        (&changed["active"], &changed["url"]),
        (&json!(false), &json!("http://127.0.0.1:2/"))
    );

    assert_eq!(program.ask("DELETE", &path, None).0, 204);
    for (method, path) in
        [("GET", path.clone()), ("DELETE", path.clone()), ("POST", path + "/test")]
    {
        let (status, answer) = program.ask(method, &path, None);
        assert_eq!((status, &answer["error"]), (404, &json!("there is no such webhook")));
    }
}

#[test]
fn says_what_is_wrong_with_a_request() {
    let program = Program::start(&[]);
    for (body, status, error) in [
        (json!({}), 400, "`url` is missing"),
        (json!({ "url": "ftp://example.com" }), 400, "is not a URL that begins with http"),
        (json!({ "url": "http://a/", "events": [] }), 400, "`events` is empty"),
        (json!({ "url": "http://a/", "secret": "mine" }), 422, "unknown field `secret`"),
    ] {
        let (seen, answer) = program.ask("POST", "/v1/webhooks", Some(body));
        let text = answer["error"].as_str().unwrap();
        assert!(seen == status && text.contains(error), "{seen}: {text}");
    }
    assert_eq!(program.ask("GET", "/v1/webhooks", None).1, json!({ "data": [] }));
}

#[test]
fn tests_a_webhook_once() {
    let receiver = Receiver::start();
    receiver.answers(&[503]);
    let program = Program::with_secret(&["--speed", "100000"], Some(SECRET));
    let (id, secret) = program.create(&receiver.url("/in-house"));
    assert_eq!(secret, SECRET);
    let path = format!("/v1/webhooks/{id}/test");
    let (status, failed) = program.ask("POST", &path, None);
    assert_eq!((status, &failed["state"]), (200, &json!("failed")));
    assert_eq!(failed["attempts"][0]["status"], 503);
    assert_eq!(program.next("attempt")["status"], 503);

    receiver.answers(&[200]);
    let (_, done) = program.ask("POST", &path, Some(json!({ "type": "payment.failed" })));
    assert_eq!(done["attempts"][0]["answer"], "objects payment.failed");
    assert_eq!(program.next("attempt")["status"], 200);
    assert_eq!(program.deliveries(&id), [done, failed]);
    assert_eq!(program.ask("GET", &path.replace("/test", ""), None).1["failures"], 0);
}

#[test]
fn sends_only_the_types_that_a_webhook_wants() {
    let receiver = Receiver::start();
    let program = Program::with_secret(&[], Some(SECRET));
    let url = receiver.url("/in-house");
    let body = json!({ "url": url, "events": ["user.created"] });
    assert_eq!(program.ask("POST", "/v1/webhooks", Some(body)).0, 201);
    let (all, _) = program.create(&url);
    let emit = |event_type| {
        let wish = json!({ "type": event_type, "data": { "id": "r_1" } });
        let (status, answer) = program.ask("POST", "/v1/events", Some(wish));
        assert_eq!(status, 202);
        answer["deliveries"].as_array().unwrap().len()
    };
    assert_eq!(emit("user.created"), 2);
    assert_eq!(emit("user.updated"), 1);
    for _ in 0..3 {
        assert_eq!(program.next("attempt")["status"], 200);
    }
    let deliveries = program.deliveries(&all);
    let types: Vec<_> = deliveries.iter().map(|delivery| &delivery["type"]).collect();
    assert_eq!(types, ["user.updated", "user.created"]);
}

#[test]
fn refuses_requests_that_pages_of_other_sites_send() {
    let program = Program::start(&[]);
    let request = ureq::get(format!("{}/v1/webhooks", program.url)).header("Host", "example.com");
    let error = request.call().unwrap_err();
    assert!(matches!(error, ureq::Error::StatusCode(403)), "{error}");
    let request = ureq::post(format!("{}/v1/webhooks", program.url));
    let error = request.send(r#"{"url":"http://127.0.0.1:1"}"#).unwrap_err();
    assert!(matches!(error, ureq::Error::StatusCode(415)), "{error}");
}
