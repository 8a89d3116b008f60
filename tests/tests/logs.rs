//! What an operator reads about a refused delivery, and what nobody may read.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    error::Error,
    fmt, io,
    time::{Duration, UNIX_EPOCH},
};

use axum::{Router, body::Body, routing::post};
use countersign::{
    FixedClock, PayloadError, Provider, RequestHead, Secret, SecretSource, Secrets, Signer,
    Signing, Tenants, Verifier, Webhook,
    providers::{Linear, Stripe, XWebhookSignature, x_webhook_signature::flat},
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

/// Status, answer and log lines of one delivery to a provider that signs a time.
fn deliver_to<P: Provider>(verifier: Verifier<P>, signed: Signing<'_, P>, body: &str) -> Refusal {
    let app: Router = Router::new().route("/", post(|| async {})).layer(VerifyLayer::new(verifier));
    let mut request = Request::post("/");
    for (name, value) in signed.sign(body.as_bytes()).unwrap() {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body.to_owned())).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let ((status, answer), logs) = Logs::of(|| {
        runtime.block_on(async {
            let Ok(response) = app.oneshot(request).await;
            let (head, body) = response.into_parts();
            let body = axum::body::to_bytes(body, 1024).await.unwrap();
            (head.status.as_u16(), format!("{:?} {body:?}", head.headers))
        })
    });
    Refusal { status, answer, logs }
}

struct Refusal {
    status: u16,
    answer: String,
    logs: String,
}

#[test]
fn reports_the_age_of_a_stale_time_and_never_to_the_sender() {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let secret = || Secret::new(SECRET).unwrap();

    // Linear sends the same bytes again after an hour.
    let linear = Verifier::<Linear>::new(secret()).unwrap().clock(FixedClock::at(now));
    let signer = Signer::<Linear>::new(secret()).unwrap();
    let body = r#"{"type":"Issue","webhookTimestamp":1699996399500}"#;
    let old = deliver_to(linear.clone(), Signing::from(&signer), body);
    assert_eq!((old.status, old.logs.lines().count()), (401, 1), "{}", old.logs);
    for field in [
        "reason=the signed timestamp is out of tolerance",
        "age_s=3601",
        "tolerance_s=60",
        "a retry of the same bytes cannot pass",
        "Verifier::tolerance",
    ] {
        assert!(old.logs.contains(field), "{field} not in {}", old.logs);
    }
    let patient = linear.clone().tolerance(Duration::from_secs(8 * 60 * 60));
    let accepted = deliver_to(patient, Signing::from(&signer), body);
    assert_eq!((accepted.status, &*accepted.logs), (200, ""));

    // A clock that is ahead.
    let stripe = Verifier::<Stripe>::new(secret()).unwrap().clock(FixedClock::at(now));
    let signer = Signer::<Stripe>::new(secret()).unwrap();
    let early = deliver_to(stripe, signer.at(now + Duration::from_secs(301)), "{}");
    for field in ["age_s=-301", "tolerance_s=300", "clock"] {
        assert!(early.logs.contains(field), "{field} not in {}", early.logs);
    }
    assert!(!early.logs.contains("retry"), "{}", early.logs);

    let none = deliver_to(linear, Signing::from(&Signer::<Linear>::new(secret()).unwrap()), "{}");
    assert!(none.logs.contains("timestamp is missing or malformed"), "{}", none.logs);
    assert!(!none.logs.contains("age_s") && !none.logs.contains("retry"), "{}", none.logs);
    for refusal in [&early, &none] {
        assert_eq!((refusal.status, &refusal.answer), (401, &old.answer));
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
