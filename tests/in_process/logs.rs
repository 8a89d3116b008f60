//! Log lines about a rejected delivery: the facts that an operator needs, and the data that must
//! not be logged.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    error::Error,
    fmt, io,
    time::{Duration, UNIX_EPOCH},
};

use axum::{Router, body::Body, routing::post};
use countersign::{
    FromLayer, PayloadError, Provider, Secret, Secrets, Signer, Verifier, Webhook,
    clock::FixedClock,
    event::RawJson,
    events,
    idempotency::{Idempotency, MemoryStore},
    providers::{
        EndpointOf, GitHub, Linear, Square, StandardWebhooks, Stripe, XWebhookSignature,
        x_webhook_signature::flat,
    },
    request::RequestHead,
    signer::Signing,
    tenants::{SecretSource, Tenants},
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_tests::{Logs, signature};
use http::Request;
use tower::ServiceExt;
use tracing::Instrument;

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

/// Returns the status and the log lines of one delivery.
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
fn logs_all_facts_about_a_rejected_signature() {
    let body = format!("{{\"card\":\"{VALUE}\"}}");
    let wrong = "a".repeat(64);
    let digest = countersign::adapter::body_digest(body.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    for layered in [true, false] {
        let (status, logs) = deliver(layered, "/event", &[(HEADER, &wrong)], &body);
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        for field in [
            " WARN countersign::rejection: rejected a delivery",
            "provider=\"x-webhook-signature\"",
            "reason=the body was not signed with any of the secrets",
            "status=401",
            "path=\"/event\"",
            "header_length=64",
            "header_shape=Hex",
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
fn logs_why_a_signature_was_not_tried() {
    let good = signature(SECRET, "{}");
    let prefixed = format!("sha256={good}");
    let base64 = "A".repeat(43) + "=";
    let missing = "reason=the signature header is missing or empty";
    let malformed = "reason=the signature header is malformed";
    let (header, expected) = ("header=\"X-Webhook-Signature\"", "expected=\"64 hex digits\"");
    let absent = ["header_length=", "header_shape="];
    let empty = ["header_length=0", "header_shape=Empty"];
    for (headers, reason, there, not_there) in [
        (vec![], missing, ["", ""], absent),
        (vec![(HEADER, "")], missing, empty, ["instead=", "instead="]),
        (
            vec![(HEADER, "x"), (HEADER, "y")],
            "reason=the signature header is repeated",
            ["", ""],
            absent,
        ),
        (
            vec![(HEADER, &*prefixed)],
            malformed,
            ["header_length=71", "header_shape=Keyed"],
            ["instead=", VALUE],
        ),
        (
            vec![(HEADER, &*base64)],
            malformed,
            ["header_length=44", "header_shape=Base64"],
            ["instead=", VALUE],
        ),
        (vec![(HEADER, "é")], malformed, ["header_shape=NotAscii", ""], ["instead=", VALUE]),
    ] {
        let (status, logs) = deliver(true, "/event", &headers, "{}");
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        for field in [reason, header, expected, "path=\"/event\" "].into_iter().chain(there) {
            assert!(logs.contains(field), "{field} not in {logs}");
        }
        // The body was not read, and no secret was tried.
        let unread = ["body_length", "body_sha256", "secrets_tried", "forms_tried"];
        for field in unread.into_iter().chain(not_there) {
            assert!(!logs.contains(field), "{field} in {logs}");
        }
    }
}

#[test]
fn names_the_known_header_that_came_instead() {
    let good = signature(SECRET, "{}");
    let github = format!("sha256={good}");
    for (headers, instead) in [
        (vec![("X-Hub-Signature-256", &*github)], Some("instead=\"X-Hub-Signature-256\"")),
        (
            vec![("x-hub-signature-256", &*github), ("stripe-signature", VALUE)],
            Some("instead=\"Stripe-Signature|X-Hub-Signature-256\""),
        ),
        // A name that no known provider uses is text of the sender.
        (vec![("X-Webhook-Signiture", &*good)], None),
        (vec![("X-Signature-4242424242424242", &*good)], None),
    ] {
        let (status, logs) = deliver(true, "/event", &headers, "{}");
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        assert!(logs.contains("header=\"X-Webhook-Signature\""), "{logs}");
        match instead {
            Some(instead) => assert!(logs.contains(instead), "{instead} not in {logs}"),
            None => assert!(!logs.contains("instead="), "{logs}"),
        }
        assert!(!logs.contains("Signiture"), "{logs}");
    }
}

#[test]
fn names_the_headers_of_each_verifier_of_a_pair() {
    let secret = || Secret::new(SECRET).unwrap();
    let github = Verifier::<GitHub>::new(secret()).unwrap();
    let pair = (github, verifier().header("X-Own").unwrap());
    let app: Router = Router::new().route("/", post(|| async {})).layer(VerifyLayer::new(pair));
    let request = Request::post("/").header(HEADER, "x").body(Body::from("{}")).unwrap();
    let (status, logs) = logs_of(app, request);
    assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
    for field in [
        "provider=\"github|x-webhook-signature\"",
        "header=\"X-Hub-Signature-256|X-Own\"",
        "instead=\"X-Webhook-Signature\"",
    ] {
        assert!(logs.contains(field), "{field} not in {logs}");
    }
}

/// Returns the status and the log lines of one request.
fn logs_of(app: Router, request: Request<Body>) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    Logs::of(|| {
        let Ok(response) = runtime.block_on(app.oneshot(request));
        response.status().as_u16()
    })
}

#[test]
fn logs_the_headers_of_the_body_in_fixed_words() {
    let wrong = "a".repeat(64);
    let form = "application/x-www-form-urlencoded; charset=4242424242424242";
    for layered in [true, false] {
        let headers = [
            (HEADER, &*wrong),
            ("Content-Type", form),
            ("Content-Encoding", "gzip"),
            ("Content-Length", "2"),
        ];
        let (status, logs) = deliver(layered, "/event", &headers, "{}");
        assert_eq!((status, logs.lines().count()), (401, 1), "{logs}");
        for field in [
            "content_length=2",
            "content_type=\"application/x-www-form-urlencoded\"",
            "content_encoding=\"gzip\"",
            "body_length=2",
            "secrets_tried=2",
            "advice=",
        ] {
            assert!(logs.contains(field), "{field} not in {logs}");
        }
        let headers = [(HEADER, &*wrong), ("Content-Type", VALUE), ("Content-Encoding", VALUE)];
        let (_, logs) = deliver(layered, "/event", &headers, "{}");
        assert!(logs.contains("content_type=\"other\" content_encoding=\"other\""), "{logs}");
    }
}

/// Returns the status, the answer and the log lines of one delivery to a provider that signs a
/// time.
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
    assert_eq!(accepted.status, 200);
    assert!(accepted.logs.contains("age_s=3600 "), "{}", accepted.logs);

    // The sender's clock is ahead.
    let stripe = Verifier::<Stripe>::new(secret()).unwrap().clock(FixedClock::at(now));
    let signer = Signer::<Stripe>::new(secret()).unwrap();
    let early = deliver_to(stripe.clone(), signer.at(now + Duration::from_secs(301)), "{}");
    for field in ["age_s=-301", "tolerance_s=300", "clock"] {
        assert!(early.logs.contains(field), "{field} not in {}", early.logs);
    }
    assert!(!early.logs.contains("retry"), "{}", early.logs);

    // The sender writes milliseconds.
    let signed_at = UNIX_EPOCH + Duration::from_secs(1_700_000_000_000);
    let milliseconds = deliver_to(stripe, signer.at(signed_at), "{}");
    for field in ["age_s=-1698300000000", "milliseconds"] {
        assert!(milliseconds.logs.contains(field), "{field} not in {}", milliseconds.logs);
    }
    assert!(!early.logs.contains("milliseconds"), "{}", early.logs);

    let none = deliver_to(linear, Signing::from(&Signer::<Linear>::new(secret()).unwrap()), "{}");
    assert!(none.logs.contains("timestamp is missing or malformed"), "{}", none.logs);
    assert!(!none.logs.contains("age_s") && !none.logs.contains("retry"), "{}", none.logs);
    for refusal in [&early, &none] {
        assert_eq!((refusal.status, &refusal.answer), (401, &old.answer));
    }
}

#[test]
fn hints_at_a_key_that_is_the_secrets_text_on_each_mismatch_of_a_scheme_with_base64_keys() {
    const SHOWN: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let verifier =
        |secret| Verifier::<StandardWebhooks>::new(secret).unwrap().clock(FixedClock::at(now));
    // A platform whose key is the secret's text, with its prefix.
    let text = || Secret::from_bytes(SHOWN).unwrap();
    let signer = Signer::<StandardWebhooks>::new(text()).unwrap();
    let decoded = verifier(Secret::new(SHOWN).unwrap());
    for _ in 0..2 {
        let refused = deliver_to(decoded.clone(), signer.at(now).id("msg_1"), "{}");
        assert_eq!((refused.status, refused.logs.lines().count()), (401, 1), "{}", refused.logs);
        for field in ["reason=the body was not signed", "advice=", "Secret::from_bytes"] {
            assert!(refused.logs.contains(field), "{field} not in {}", refused.logs);
        }
        assert!(!refused.logs.contains("C2FVs"), "{}", refused.logs);
    }
    let followed = deliver_to(verifier(text()), signer.at(now).id("msg_1"), "{}");
    assert_eq!(followed.status, 200);
    assert!(!followed.logs.contains("WARN"), "{}", followed.logs);

    // The hint is absent for a scheme whose keys are text, and for a stale delivery.
    let (_, logs) = deliver(true, "/event", &[(HEADER, &"a".repeat(64))], "{}");
    assert!(!logs.contains("from_bytes"), "{logs}");
    let early = now - Duration::from_secs(301);
    let stale = deliver_to(decoded, signer.at(early).id("msg_1"), "{}");
    assert!(!stale.logs.contains("from_bytes"), "{}", stale.logs);
}

#[test]
fn names_the_url_where_the_provider_signs_it() {
    let secret = || Secret::new(SECRET).unwrap();
    let verifier = Verifier::<Square>::with_url(secret(), "https://example.com/square").unwrap();
    let signer = Signer::<Square>::with_url(secret(), "https://example.com/square/").unwrap();
    let refused = deliver_to(verifier, Signing::from(&signer), "{}");
    assert_eq!(refused.status, 401);
    for field in ["reason=the body was not signed", "Verifier::with_url"] {
        assert!(refused.logs.contains(field), "{field} not in {}", refused.logs);
    }
    let (_, logs) = deliver(true, "/event", &[(HEADER, &"a".repeat(64))], "{}");
    assert!(logs.contains("advice=") && !logs.contains("with_url"), "{logs}");
}

#[test]
fn logs_a_body_over_the_limit() {
    let (status, logs) = deliver(true, "/event", &[(HEADER, &"0".repeat(64))], &"x".repeat(10_001));
    assert_eq!(status, 413);
    assert!(logs.contains("reason=the body is larger than the limit"), "{logs}");
}

#[test]
fn logs_where_a_payload_does_not_fit_and_never_its_content() {
    for layered in [true, false] {
        let body = format!("{{\"type\":\"user.created\",\n\"data\":{{\"name\":{VALUE}}}}}");
        let good = signature(SECRET, &body);
        let (status, logs) = deliver(layered, "/event", &[(HEADER, &good)], &body);
        // The other line is about the signature, which is accepted.
        let refused = logs.lines().filter(|line| line.contains("WARN")).count();
        assert_eq!((status, refused, logs.lines().count()), (422, 1, 2), "{logs}");
        for field in [
            "reason=the event does not have the expected shape at data.name (line 2 column 31)",
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

/// A database that is out of reach, with the error text of its client.
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
fn logs_the_root_cause_of_a_failed_lookup() {
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
fn names_the_member_that_a_type_requires() {
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "read by serde only")]
    struct Invoice {
        raw: RawJson,
        lines: Vec<Line>,
    }
    #[derive(Debug, serde::Deserialize)]
    #[expect(dead_code, reason = "read by serde only")]
    struct Line {
        price: u64,
    }
    events! {
        enum Billing for XWebhookSignature { "invoice.paid" => Paid(Invoice) }
    }

    for (data, member) in [
        (
            r#""data":{"raw":[],"lines":[{"price":1},{"4242424242424242":2}]}"#,
            "data.lines[1].price",
        ),
        (r#""data":{"raw":[]}"#, "data.lines"),
        (r#""data":{}"#, "data.raw"),
        (r#""4242424242424242":{}"#, "data"),
    ] {
        let body = format!(r#"{{"type":"invoice.paid",{data}}}"#);
        let app: Router =
            Router::new().route("/", post(|_: Webhook<Billing>| async {})).with_state(verifier());
        let request = Request::post("/").header(HEADER, signature(SECRET, &body));
        let (status, logs) = logs_of(app, request.body(Body::from(body)).unwrap());
        assert_eq!(status, 422, "{logs}");
        for field in [format!("member=\"{member}\""), format!("shape: {member} is missing")] {
            assert!(logs.contains(&field), "{field} not in {logs}");
        }
        assert!(!logs.contains(VALUE) && !logs.contains("line=0"), "{logs}");
    }
}

#[test]
fn logs_an_accepted_delivery_once_and_at_debug() {
    let body = r#"{"type":"user.created","data":{}}"#;
    let good = signature(SECRET, body);
    for layered in [true, false] {
        let (status, logs) = deliver(layered, "/event", &[(HEADER, &good)], body);
        assert_eq!((status, logs.lines().count()), (200, 1), "{logs}");
        for field in [
            "DEBUG webhook.receive{provider=\"x-webhook-signature\" endpoint=",
            "event_type=\"user.created\" outcome=\"accepted\" secret=0 form=\"wire\" bytes=33}: ",
            "countersign::delivery: accepted a delivery",
            "provider=\"x-webhook-signature\" endpoint=\"x-webhook-signature\"",
            "bytes=33 secret=0 form=Wire microseconds=",
        ] {
            assert!(logs.contains(field), "{field} not in {logs}");
        }
        assert!(!logs.contains("tenant") && !logs.contains("age_s"), "{logs}");
    }
    let good = signature(SECRET, "nonsense");
    let (status, logs) = deliver(true, "/result", &[(HEADER, &good)], "nonsense");
    assert_eq!((status, logs.lines().count()), (200, 1), "{logs}");
    assert!(!logs.contains("WARN"), "{logs}");
}

#[test]
fn puts_each_delivery_into_a_span_within_the_span_of_the_request() {
    let good = signature(SECRET, "{}");
    let wrong = "a".repeat(64);
    for (tag, outcome) in [(&good, "accepted"), (&wrong, "rejected")] {
        let app = Router::new().route("/", post(|| async {})).layer(VerifyLayer::new(verifier()));
        let request = Request::post("/").header(HEADER, tag).body(Body::from("{}")).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (_, logs) = Logs::of_closed_spans(|| {
            let call = app.oneshot(request).instrument(tracing::info_span!("request"));
            runtime.block_on(call)
        });
        let closed: Vec<_> =
            logs.lines().filter(|line| line.contains(": countersign::delivery: close ")).collect();
        let [span] = *closed else { panic!("{logs}") };
        assert!(span.contains(" request:webhook.receive{provider="), "{span}");
        assert!(span.contains(&format!("outcome=\"{outcome}\"")), "{span}");
    }
}

#[test]
fn logs_at_increasing_intervals_that_a_retired_secret_is_used() {
    /// An endpoint of its own, so that its count does not include the deliveries of other tests.
    struct Rotated;
    impl EndpointOf for Rotated {
        type Provider = XWebhookSignature;
        const NAME: &'static str = "rotated";
    }
    let secrets = Secrets::new(Secret::new(SECRET).unwrap());
    let secrets = secrets.with_retired(Secret::new(RETIRED).unwrap()).unwrap();
    let verifier = Verifier::<Rotated>::new(secrets).unwrap().endpoint("billing");
    let app: Router = Router::new().route("/", post(|| async {})).layer(VerifyLayer::new(verifier));
    let mut told = Vec::new();
    for number in 1..=9 {
        let request = Request::post("/").header(HEADER, signature(RETIRED, "{}"));
        let (status, logs) = logs_of(app.clone(), request.body(Body::from("{}")).unwrap());
        assert_eq!(status, 200);
        if logs.contains(" INFO ") && logs.contains(" countersign::secret: ") {
            let count = format!("endpoint=\"billing\" secret=1 count={number}");
            assert!(logs.contains(&count), "{count} not in {logs}");
            told.push(number);
        }
    }
    assert_eq!(told, [1, 2, 4, 8]);
    let request = Request::post("/").header(HEADER, signature(SECRET, "{}"));
    let (_, logs) = logs_of(app, request.body(Body::from("{}")).unwrap());
    assert!(!logs.contains("INFO"), "{logs}");
}

#[test]
fn logs_a_mistake_of_the_application_at_error_and_names_the_layer() {
    let route = Router::new().route("/", post(on_from_layer));
    let once = Idempotency::new(MemoryStore::new());
    let claiming = Router::new()
        .route("/", post(async || {}))
        .route_layer(IdempotencyLayer::new(&verifier(), once));
    for app in [route, claiming] {
        let request = Request::post("/").body(Body::from("{}")).unwrap();
        let (status, logs) = logs_of(app, request);
        assert_eq!(status, 500);
        for part in [
            "ERROR countersign::rejection: rejected a delivery",
            "provider=\"x-webhook-signature\"",
            "status=500",
            "path=\"/\"",
            "put VerifyLayer",
        ] {
            assert!(logs.contains(part), "{part} not in {logs}");
        }
    }
}

async fn on_from_layer(_: FromLayer<Webhook<flat::Event>>) {}
