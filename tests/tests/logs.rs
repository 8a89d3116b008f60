//! What an operator reads about a refused delivery, and what nobody may read.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{error::Error, fmt, io};

use axum::{Router, body::Body, routing::post};
use countersign::{
    PayloadError, RequestHead, Secret, SecretSource, Secrets, Tenants, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::VerifyLayer,
};
use countersign_tests::{Logs, signature};
use http::Request;
use tower::ServiceExt;

const SECRET: &str = "hunter2-current";
const RETIRED: &str = "hunter2-retired";
const VALUE: &str = "4242424242424242";

fn verifier() -> Verifier<XWebhookSignature> {
    let secrets = Secrets::new(Secret::new(SECRET).unwrap());
    let secrets = secrets.with_retired(Secret::new(RETIRED).unwrap()).unwrap();
    Verifier::new(secrets).unwrap().body_limit(10_000)
}

async fn on_event(_: Webhook<flat::Event>) {}

async fn on_result(Webhook { event, .. }: Webhook<Result<flat::Event, PayloadError>>) -> String {
    format!("{event:?}")
}

/// Status and log lines of one delivery.
fn deliver(layered: bool, path: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
    let app = Router::new().route("/event", post(on_event)).route("/result", post(on_result));
    let app = app.with_state(verifier());
    let app: Router = if layered { app.layer(VerifyLayer::new(verifier())) } else { app };
    let mut request = Request::post(format!("{path}?token={VALUE}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (status, logs) = Logs::of(|| {
        let Ok(response) = runtime.block_on(app.oneshot(request));
        response.status().as_u16()
    });
    for hidden in [SECRET, RETIRED, VALUE, &signature(SECRET, body), &signature(RETIRED, body)] {
        assert!(!logs.contains(hidden), "{hidden} in {logs}");
    }
    (status, logs)
}

const HEADER: &str = "X-Webhook-Signature";

#[test]
fn tells_all_about_a_refused_signature() {
    let body = format!("{{\"card\":\"{VALUE}\"}}");
    let wrong = "a".repeat(64);
    let digest = countersign::body_digest(body.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for layered in [true, false] {
        let (status, logs) = deliver(layered, "/event", &[(HEADER, &wrong)], &body);
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        for field in [
            " WARN countersign::rejection: refused a delivery",
            "provider=\"x-webhook-signature\"",
            "reason=the body was not signed with any of the secrets",
            "status=401",
            "path=\"/event\"",
            "header_length=64",
            "header_form=Hex",
            "body_length=27",
            &format!("body_sha256={digest}"),
            "secrets_tried=2",
            "forms_tried=1",
        ] {
            assert!(logs.contains(field), "{field} not in {logs}");
        }
    }
}

#[test]
fn tells_why_a_signature_was_not_even_tried() {
    let good = signature(SECRET, "{}");
    let prefixed = format!("sha256={good}");
    type Headers<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Headers<'_>, &str, &str); 5] = [
        (&[], "reason=the signature header is missing or empty", "header_form=Empty"),
        (&[(HEADER, "")], "reason=the signature header is missing or empty", "header_length=0"),
        (
            &[(HEADER, "x"), (HEADER, "y")],
            "reason=the signature header is repeated",
            "header_form=Empty",
        ),
        (&[(HEADER, &prefixed)], "reason=the signature header is malformed", "header_form=Keyed"),
        (&[(HEADER, "é")], "reason=the signature header is malformed", "header_form=NotAscii"),
    ];
    for (headers, reason, form) in cases {
        let (status, logs) = deliver(true, "/event", headers, "{}");
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        assert!(logs.contains(reason) && logs.contains(form), "{logs}");
        assert!(logs.contains("secrets_tried=0"), "{logs}");
        assert!(logs.contains("path=\"/event\" "), "{logs}");
    }
}

#[test]
fn tells_how_large_a_body_had_grown() {
    let (status, logs) = deliver(true, "/event", &[(HEADER, &"0".repeat(64))], &"x".repeat(10_001));
    assert_eq!(status, 413);
    assert!(logs.contains("reason=the body is larger than the limit"), "{logs}");
}

#[test]
fn tells_where_a_payload_does_not_fit_and_never_what_it_is() {
    for layered in [true, false] {
        let body = format!("{{\"type\":\"user.created\",\n\"data\":{{\"name\":{VALUE}}}}}");
        let good = signature(SECRET, &body);
        let (status, logs) = deliver(layered, "/event", &[(HEADER, &good)], &body);
        // The sender may know his own signature; nobody who reads the log must.
        assert_eq!((status, logs.lines().count()), (422, 1), "{logs}");
        for field in [
            "reason=the event does not have its shape at data.name (line 2 column 31)",
            "status=422",
            "category=WrongShape",
            "line=2",
            "column=31",
            "member=\"data.name\"",
            "body_length=57",
            "body_sha256=",
        ] {
            assert!(logs.contains(field), "{field} not in {logs}");
        }
    }
    let body = format!("{{\"{VALUE}");
    let good = signature(RETIRED, &body);
    let (status, logs) = deliver(false, "/event", &[(HEADER, &good)], &body);
    assert_eq!(status, 400);
    assert!(logs.contains("category=NotJson"), "{logs}");
}

/// A database that is out of reach, as its client puts it.
#[derive(Debug)]
struct Unreachable(io::Error);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection to the secrets")
    }
}

impl Error for Unreachable {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}

struct NoDatabase;

impl SecretSource for NoDatabase {
    fn tenant(&self, request: &RequestHead<'_>) -> Option<String> {
        request.last_segment().map(str::to_owned)
    }

    async fn secrets(&self, _: &str) -> Result<Option<Secrets>, Box<dyn Error + Send + Sync>> {
        let cause = io::Error::other("host db.invalid is unknown\nDETAIL: 4242");
        Err(Unreachable(cause).into())
    }
}

#[test]
fn tells_the_root_cause_of_a_lookup_that_failed() {
    let verifier = Verifier::<XWebhookSignature>::per_tenant(Tenants::new(NoDatabase));
    let app: Router = Router::new().route("/{tenant}", post(on_event)).with_state(verifier);
    let request = Request::post("/acme").header(HEADER, signature(SECRET, "{}"));
    let request = request.body(Body::from("{}")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (status, logs) = Logs::of(|| {
        let Ok(response) = runtime.block_on(app.oneshot(request));
        response.status().as_u16()
    });
    assert_eq!((status, logs.lines().count()), (503, 1), "{logs}");
    let cause = "cause=no connection to the secrets: host db.invalid is unknown";
    assert!(logs.contains(cause) && !logs.contains("4242"), "{logs}");
}

#[test]
fn logs_nothing_about_what_is_accepted() {
    let body = r#"{"type":"user.created","data":{}}"#;
    let good = signature(SECRET, body);
    let (status, logs) = deliver(true, "/event", &[(HEADER, &good)], body);
    assert_eq!((status, &*logs), (200, ""));
    let good = signature(SECRET, "nonsense");
    let (status, logs) = deliver(true, "/result", &[(HEADER, &good)], "nonsense");
    assert_eq!((status, &*logs), (200, ""));
}
