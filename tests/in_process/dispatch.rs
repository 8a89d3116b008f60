//! `Events` of axum: logs, rejections and panics, which no answer over a socket shows.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::sync::{Arc, Mutex};

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    extract::FromRef,
    routing::post,
};
use countersign::{
    EventData, FromLayer, Rejection, Secret, Signer, Unhandled, Verified, Verifier, Webhook,
    axum::Events,
    error::Reason,
    idempotency::{FirstDelivery, Idempotency, MemoryStore},
    providers::{GitHub, Respan, XWebhookSignature, github},
    testing::SignedRequest,
    tower::{IdempotencyLayer, VerifyLayer},
};
use countersign_tests::Logs;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, ServiceExt};

const SECRET: &str = "whsec_abc123";

fn verifier() -> Verifier<GitHub> {
    Verifier::new(Secret::new(SECRET).unwrap()).unwrap()
}

fn delivery(event_type: &str, body: &str) -> SignedRequest {
    let signer = Signer::<GitHub>::new(Secret::new(SECRET).unwrap()).unwrap();
    SignedRequest::new(&signer, body).unwrap().with_header("X-GitHub-Event", event_type)
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Returns the status and the body of the answer, and the rejection if the answer is one.
fn send(app: &Router, path: &str, delivery: &SignedRequest) -> (u16, String, Option<Rejection>) {
    runtime().block_on(async {
        let request = delivery.http::<Body>(path).unwrap();
        let mut response = app.clone().oneshot(request).await.unwrap();
        let rejection = response.extensions_mut().remove();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap(), rejection)
    })
}

fn behind_the_layer(events: Events) -> Router {
    let service = VerifyLayer::new(verifier()).layer(events.with_state(()));
    Router::new().route_service("/", service)
}

#[test]
fn logs_a_type_without_a_handler_once_and_escapes_it() {
    let events =
        Events::new(&verifier()).on("push", async || {}).on("release.created", async || {});
    let app = behind_the_layer(events);
    let star = delivery("star", r#"{"action":"created"}"#);
    let (_, logs) = Logs::of(|| {
        for _ in 0..5 {
            assert_eq!(send(&app, "/", &star).0, 200);
        }
        assert_eq!(send(&app, "/", &delivery("push", "{}")).0, 200);
    });
    assert_eq!(logs.matches("no handler for this event type").count(), 1, "{logs}");
    assert!(logs.contains("countersign::dispatch"), "{logs}");
    assert!(logs.contains(r#"event_type="star.created""#), "{logs}");

    let long = "x".repeat(1000);
    let hostile = delivery("star", &format!(r#"{{"action":"a\n\u001b[2J{long}"}}"#));
    let (_, logs) = Logs::of(|| assert_eq!(send(&app, "/", &hostile).0, 200));
    let mut lines = logs.lines().filter(|line| line.contains("countersign::dispatch"));
    let line = lines.next().unwrap();
    assert!(line.contains(r#""star.a\n\u{1b}[2Jxxx"#) && line.len() < 400, "{line}");
    assert_eq!(lines.next(), None);
}

#[test]
fn does_not_log_events_that_a_handler_for_all_others_takes() {
    let handler = async |event: Unhandled| format!("{event}");
    let app = behind_the_layer(Events::new(&verifier()).unhandled(handler));
    let ((status, body, _), logs) = Logs::of(|| send(&app, "/", &delivery("fork", "{}")));
    assert_eq!((status, &*body), (200, "fork"));
    assert!(!logs.contains("countersign::dispatch"), "{logs}");
}

#[test]
fn answers_500_without_a_layer_and_names_the_missing_one() {
    let events = Events::new(&verifier()).on("push", async || {}).with_state(());
    let app = Router::new().route_service("/", events);
    let ((status, _, rejection), logs) = Logs::of(|| send(&app, "/", &delivery("push", "{}")));
    assert_eq!(status, 500);
    assert!(matches!(rejection.unwrap().reason(), Reason::MissingProof { .. }));
    assert!(logs.contains("ERROR") && logs.contains("VerifyLayer"), "{logs}");
}

#[test]
fn answers_500_to_its_extractors_in_another_handler() {
    let app = Router::new()
        .route("/data", post(async |_: EventData<Value>| {}))
        .route("/unhandled", post(async |_: Unhandled| {}))
        .layer(VerifyLayer::new(verifier()));
    for path in ["/data", "/unhandled"] {
        let ((status, _, rejection), logs) = Logs::of(|| send(&app, path, &delivery("push", "{}")));
        assert_eq!(status, 500);
        assert!(matches!(rejection.unwrap().reason(), Reason::MissingEvents));
        assert!(logs.contains("ERROR") && logs.contains("Events::on"), "{logs}");
    }
}

#[test]
fn names_the_provider_of_a_delivery_that_it_cannot_read() {
    let in_house = Verifier::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    let verifiers = (verifier(), in_house);
    let events = Events::new(&verifiers).on("push", async |_: EventData<Vec<u8>>| {});
    let service = VerifyLayer::new(verifiers).layer(events.with_state(()));
    let app = Router::new().route_service("/", service);
    let signer = Signer::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    for (delivery, provider) in [
        (delivery("push", "{}"), r#"provider="github""#),
        (SignedRequest::new(&signer, "{}").unwrap(), r#"provider="x-webhook-signature""#),
        (
            SignedRequest::new(&signer, r#"{"type":"push"}"#).unwrap(),
            r#"provider="x-webhook-signature""#,
        ),
    ] {
        let ((status, ..), logs) = Logs::of(|| send(&app, "/", &delivery));
        assert_eq!(status, 422);
        assert!(logs.contains(provider) && logs.contains("WARN"), "{logs}");
    }
}

/// The state of handlers that take extractors with a verifier.
#[derive(Clone, FromRef)]
struct App {
    verifier: Verifier<GitHub>,
    idempotency: Idempotency,
}

#[test]
fn handlers_take_all_extractors() {
    async fn first(
        Extension(verified): Extension<Verified<GitHub>>,
        FromLayer(Webhook { event, .. }): FromLayer<Webhook<github::Event>>,
        EventData(data): EventData<Value>,
        delivery: FirstDelivery<Webhook<github::Event>>,
    ) -> String {
        let text = format!("{} {} {data}", event.event_type, verified.bytes().len());
        assert_eq!(delivery.delivery.event.event_type, event.event_type);
        let _ = delivery.claimed.complete().await;
        text
    }

    // GitHub signs no id.
    let idempotency = Idempotency::new(MemoryStore::new()).same_body_is_same_event();
    let state = App { verifier: verifier(), idempotency };
    let events = Events::new(&state.verifier).on("push", first);
    let service = VerifyLayer::new(verifier()).layer(events.with_state(state));
    let app = Router::new().route_service("/", service);
    let push = delivery("push", r#"{"id":1}"#);
    assert_eq!(send(&app, "/", &push).1, r#"push 8 {"id":1}"#);
    assert_eq!(send(&app, "/", &push).1, r#"{"duplicate":true}"#);
}

#[test]
fn endpoints_share_a_table_and_handle_each_event_once() {
    let handled = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&handled);
    let handler = async move |EventData(data): EventData<Value>| {
        seen.lock().unwrap().push(data.to_string());
    };
    let [first, second] = [verifier(), verifier().endpoint("github-eu")];
    let events = Events::new(&first).on("push", handler);
    let idempotency = Idempotency::new(MemoryStore::new()).same_body_is_same_event();
    let app = [("/", first), ("/eu", second)].into_iter().fold(
        Router::new(),
        |router, (path, verifier)| {
            let once = IdempotencyLayer::new(&verifier, idempotency.clone());
            let service = once.layer(events.clone().with_state(()));
            router.route_service(path, VerifyLayer::new(verifier).layer(service))
        },
    );
    for path in ["/", "/eu", "/", "/eu"] {
        assert_eq!(send(&app, path, &delivery("push", "[7]")).0, 200);
    }
    assert_eq!(*handled.lock().unwrap(), ["[7]", "[7]"]);
}

#[test]
#[should_panic(expected = "events of respan have no type")]
fn panics_for_a_provider_whose_events_have_no_type() {
    let respan = Verifier::<Respan>::new(Secret::new(SECRET).unwrap()).unwrap();
    let _: Events = Events::new(&respan);
}

#[test]
fn also_takes_a_pair_of_which_one_provider_has_a_type() {
    let respan = Verifier::<Respan>::new(Secret::new(SECRET).unwrap()).unwrap();
    let verifiers = (respan, verifier());
    let events = Events::new(&verifiers).unhandled(async || "unhandled");
    let app =
        Router::new().route_service("/", VerifyLayer::new(verifiers).layer(events.with_state(())));
    let signer = Signer::<Respan>::new(Secret::new(SECRET).unwrap()).unwrap();
    let untyped = SignedRequest::new(&signer, "{}").unwrap();
    assert_eq!(send(&app, "/", &untyped).0, 422);
    assert_eq!(send(&app, "/", &delivery("star", "{}")).1, "unhandled");
}
