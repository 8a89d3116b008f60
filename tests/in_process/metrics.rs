//! Metrics: the same counts on all frameworks, and no label that a sender can choose.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    time::{Duration, SystemTime},
};

use actix_web::{App, test as actix, web};
use axum::{Router, body::Body, routing::post};
use countersign::{
    EventData, FromLayer, Secret, Secrets, Signer, VerifiedBody, Verifier, Webhook,
    actix_web as on_actix, axum as on_axum, events,
    idempotency::{Idempotency, MemoryStore},
    inbox::{Accept, Accepted, Entry, Inbox, StoreError},
    metrics::{
        ATTEMPTS, BODY, DELIVERIES, EVENTS, HANDLE_DURATION, INBOX_DELIVERIES, INBOX_OLDEST_READY,
        INBOX_UP, LAG, LAST_DELIVERY, MATCHES, RECEIVE_DURATION, REJECTIONS,
    },
    providers::{GitHub, Stripe, XWebhookSignature, x_webhook_signature::flat},
    testing::SignedRequest,
    tower::{IdempotencyLayer, InboxLayer, VerifyLayer},
};
use metrics::with_local_recorder;
use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use serde_json::Value;
use tokio::runtime::Builder;
use tower::{Layer, ServiceExt};

const SECRET: &str = "current";
const RETIRED: &str = "retired";
const NAMES: [&str; 13] = [
    ATTEMPTS,
    BODY,
    DELIVERIES,
    EVENTS,
    HANDLE_DURATION,
    INBOX_DELIVERIES,
    INBOX_OLDEST_READY,
    INBOX_UP,
    LAG,
    LAST_DELIVERY,
    MATCHES,
    RECEIVE_DURATION,
    REJECTIONS,
];

fn verifier() -> Verifier<XWebhookSignature> {
    let secrets = Secrets::new(Secret::new(SECRET).unwrap());
    let secrets = secrets.with_retired(Secret::new(RETIRED).unwrap()).unwrap();
    Verifier::new(secrets).unwrap().endpoint("billing")
}

fn signed_with(secret: &str, body: &str) -> SignedRequest {
    let signer = Signer::<XWebhookSignature>::new(Secret::new(secret).unwrap()).unwrap();
    SignedRequest::new(&signer, body).unwrap()
}

fn signed(body: &str) -> SignedRequest {
    signed_with(SECRET, body)
}

/// Returns each series as `name{label=value,..}`, with its count or, for a histogram, the number of
/// its values.
fn counted(snapshotter: &Snapshotter) -> BTreeMap<String, u64> {
    let series = snapshotter.snapshot().into_vec().into_iter();
    series
        .map(|(key, _, description, value)| {
            let key = key.key();
            assert!(description.is_some(), "{} is not described", key.name());
            let labels = key.labels().map(|label| format!("{}={}", label.key(), label.value()));
            let labels: Vec<_> = labels.collect();
            let count = match value {
                DebugValue::Counter(count) => count,
                DebugValue::Histogram(values) => values.len() as u64,
                DebugValue::Gauge(_) => 1,
            };
            (format!("{}{{{}}}", key.name(), labels.join(",")), count)
        })
        .collect()
}

/// Calls the closure with a recorder of its own, and returns the series of the recorder.
fn record(run: impl FnOnce()) -> BTreeMap<String, u64> {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    with_local_recorder(&recorder, run);
    counted(&snapshotter)
}

/// Five deliveries: genuine, signed with a retired secret, forged, unsigned, and genuine without an
/// event.
fn deliveries() -> Vec<SignedRequest> {
    let created = r#"{"type":"user.created","data":{"id":"u_1"}}"#;
    vec![
        signed(created),
        signed_with(RETIRED, r#"{"type":"user.deleted","data":{"id":"u_1"}}"#),
        signed(created).forged(),
        signed(created).without_signature(),
        signed("[]"),
    ]
}

async fn send_to_axum(app: Router) {
    for delivery in deliveries() {
        app.clone().oneshot(delivery.http::<Body>("/").unwrap()).await.unwrap();
    }
}

fn block_on(future: impl Future<Output = ()>) {
    Builder::new_current_thread().enable_all().build().unwrap().block_on(future);
}

fn on_axum_extractor() {
    let handler = async |_: Webhook<flat::Event>| {};
    block_on(send_to_axum(Router::new().route("/", post(handler)).with_state(verifier())));
}

fn on_axum_layer() {
    let handler = async |_: FromLayer<Webhook<flat::Event>>| {};
    let layer = VerifyLayer::new(verifier());
    block_on(send_to_axum(Router::new().route("/", post(handler)).route_layer(layer)));
}

/// Sends the deliveries to a service whose type cannot be named.
macro_rules! send_to_actix {
    ($app:expr) => {
        let app = actix::init_service($app).await;
        for delivery in deliveries() {
            actix::call_service(&app, delivery.actix("/").to_request()).await;
        }
    };
}

fn on_actix_extractor() {
    async fn handler(_: Webhook<flat::Event>) -> &'static str {
        ""
    }
    actix_web::rt::System::new().block_on(async {
        let app = App::new().app_data(web::Data::new(verifier()));
        send_to_actix!(app.route("/", web::post().to(handler)));
    });
}

fn on_actix_middleware() {
    async fn handler(_: Webhook<flat::Event>) -> &'static str {
        ""
    }
    actix_web::rt::System::new().block_on(async {
        let app = App::new().wrap(on_actix::VerifyMiddleware::new(verifier()));
        send_to_actix!(app.route("/", web::post().to(handler)));
    });
}

const VERDICTS: [(&str, u64); 10] = [
    ("webhook_body_bytes{endpoint=billing}", 3),
    ("webhook_deliveries_total{endpoint=billing,provider=x-webhook-signature,outcome=accepted}", 3),
    ("webhook_deliveries_total{endpoint=billing,provider=x-webhook-signature,outcome=rejected}", 2),
    ("webhook_last_delivery_timestamp_seconds{endpoint=billing}", 1),
    ("webhook_receive_duration_seconds{endpoint=billing,outcome=accepted}", 3),
    ("webhook_receive_duration_seconds{endpoint=billing,outcome=rejected}", 2),
    ("webhook_rejections_total{endpoint=billing,reason=mismatch}", 1),
    ("webhook_rejections_total{endpoint=billing,reason=missing_signature}", 1),
    ("webhook_rejections_total{endpoint=billing,reason=not_an_object}", 1),
    ("webhook_signature_matches_total{endpoint=billing,secret=current,form=wire}", 2),
];

const HANDLED: [(&str, u64); 2] = [
    (
        "webhook_handle_duration_seconds{endpoint=billing,event_type=user.created,outcome=success}",
        1,
    ),
    (
        "webhook_handle_duration_seconds{endpoint=billing,event_type=user.deleted,outcome=success}",
        1,
    ),
];

#[test]
fn all_frameworks_count_the_same_deliveries_alike() {
    let retired =
        ("webhook_signature_matches_total{endpoint=billing,secret=retired_1,form=wire}", 1);
    let verdicts = VERDICTS.into_iter().chain([retired]);
    let verdicts: BTreeMap<_, _> = verdicts.map(|(key, count)| (key.to_owned(), count)).collect();
    let mut with_handler = verdicts.clone();
    with_handler.extend(HANDLED.map(|(key, count)| (key.to_owned(), count)));
    for (name, run, expected) in [
        ("axum, extractor", on_axum_extractor as fn(), &verdicts),
        ("axum, layer", on_axum_layer, &with_handler),
        ("actix-web, extractor", on_actix_extractor, &verdicts),
        ("actix-web, middleware", on_actix_middleware, &with_handler),
    ] {
        assert_eq!(record(run), *expected, "{name}");
    }
}

events! {
    enum Billing for XWebhookSignature { "invoice.paid" => Paid(Value) }
}

#[test]
fn names_only_the_types_that_the_application_lists() {
    let counted = record(|| {
        let on_enum = async |_: FromLayer<Webhook<Billing>>| {};
        let on_bytes = async |_: FromLayer<VerifiedBody<XWebhookSignature>>| {};
        let app = Router::new()
            .route("/enum", post(on_enum))
            .route("/bytes", post(on_bytes))
            .route_layer(VerifyLayer::new(verifier()));
        let events = on_axum::Events::new(&verifier())
            .on("invoice.paid", async |_: EventData<Value>| {})
            .on_prefix("user.", async || Err::<(), _>(http::StatusCode::BAD_GATEWAY));
        let events = VerifyLayer::new(verifier()).layer(events.with_state(()));
        let app = app.route_service("/events", events);
        block_on(async {
            for path in ["/enum", "/bytes", "/events"] {
                for name in ["invoice.paid", "user.created", "user.deleted", "chosen.by.sender"] {
                    let body = format!(r#"{{"type":"{name}","data":{{}}}}"#);
                    let request = signed(&body).http::<Body>(path).unwrap();
                    app.clone().oneshot(request).await.unwrap();
                }
            }
        });
    });
    let handled: Vec<_> =
        counted.iter().filter(|(key, _)| key.starts_with(HANDLE_DURATION)).collect();
    let key = |event_type, outcome| {
        format!("{HANDLE_DURATION}{{endpoint=billing,event_type={event_type},outcome={outcome}}}")
    };
    assert_eq!(
        handled,
        [
            // From the enum and the table.
            (&key("invoice.paid", "success"), &2),
            // Three of the enum, four of the bytes, one without a handler.
            (&key("other", "success"), &8),
            (&key("user.*", "failure"), &2),
        ]
    );
}

#[test]
fn counts_claims_lag_and_endpoints_of_pairs() {
    let counted = record(|| {
        let stripe = Verifier::<Stripe>::new(Secret::new(SECRET).unwrap()).unwrap();
        let verifiers = (verifier(), stripe);
        let once = IdempotencyLayer::new(&verifiers, Idempotency::new(MemoryStore::new()));
        let app: Router = Router::new()
            .route("/", post(async || {}))
            .route_layer(once)
            .route_layer(VerifyLayer::new(verifiers));
        let signer = Signer::<Stripe>::new(Secret::new(SECRET).unwrap()).unwrap();
        let body = r#"{"id":"evt_1","type":"a"}"#;
        let ago = SystemTime::now() - Duration::from_secs(60);
        let stripe = SignedRequest::new(signer.at(ago), body).unwrap();
        let unsigned = signed(body).without_signature();
        block_on(async {
            for delivery in [&stripe, &stripe, &signed(body), &unsigned] {
                app.clone().oneshot(delivery.http::<Body>("/").unwrap()).await.unwrap();
            }
        });
    });
    for (key, count) in [
        ("webhook_events_total{endpoint=stripe,outcome=first}", 1),
        ("webhook_events_total{endpoint=stripe,outcome=duplicate}", 1),
        ("webhook_events_total{endpoint=billing,outcome=first}", 1),
        ("webhook_delivery_lag_seconds{endpoint=stripe}", 2),
        (
            "webhook_rejections_total{endpoint=x-webhook-signature|stripe,reason=missing_signature}",
            1,
        ),
    ] {
        assert_eq!(counted.get(key), Some(&count), "{key} in {counted:#?}");
    }
    assert!(!counted.keys().any(|key| key.starts_with("webhook_delivery_lag_seconds{endpoint=b")));
}

/// An engine that has workers elsewhere.
struct Elsewhere;

impl Accept for Elsewhere {
    async fn accept(&self, _: &Entry) -> Result<Accepted, StoreError> {
        Ok(Accepted::New)
    }
}

#[test]
fn a_delivery_that_is_only_kept_is_not_handled() {
    fn on_axum_layer() {
        let layer = InboxLayer::new(&verifier(), &Inbox::new(Elsewhere));
        let app = Router::new().route("/", post(async || {})).route_layer(layer);
        block_on(send_to_axum(app.route_layer(VerifyLayer::new(verifier()))));
    }
    fn on_actix_middleware() {
        actix_web::rt::System::new().block_on(async {
            let middleware = on_actix::InboxMiddleware::new(&verifier(), &Inbox::new(Elsewhere));
            let resource = web::resource("/").route(web::post().to(async || ""));
            let resource = resource.wrap(middleware);
            let resource = resource.wrap(on_actix::VerifyMiddleware::new(verifier()));
            send_to_actix!(App::new().service(resource));
        });
    }
    for run in [on_axum_layer as fn(), on_actix_middleware] {
        let counted = record(run);
        let accepted = "webhook_deliveries_total{endpoint=billing,provider=x-webhook-signature,\
                        outcome=accepted}";
        assert_eq!(counted.get(accepted), Some(&3), "{counted:#?}");
        let handled = counted.keys().any(|key| key.starts_with(HANDLE_DURATION));
        assert!(!handled, "{counted:#?}");
    }
}

#[test]
fn has_no_label_that_a_sender_can_choose() {
    let chosen = "chosen-by-the-sender";
    let counted = record(|| {
        let handler = async |_: FromLayer<Webhook<Billing>>| {};
        let layer = VerifyLayer::new(verifier());
        let app: Router = Router::new().route("/{path}", post(handler)).route_layer(layer);
        let body = format!(r#"{{"id":"{chosen}","type":"{chosen}","data":{{}}}}"#);
        let requests = [
            signed(&body),
            signed(&body).with_header("X-GitHub-Event", chosen),
            signed(&body).with_header("X-Hub-Signature-256", chosen),
            signed(&body).without_signature().with_header("X-Webhook-Signature", chosen),
        ];
        block_on(async {
            for request in requests {
                let request = request.http::<Body>(&format!("/{chosen}")).unwrap();
                app.clone().oneshot(request).await.unwrap();
            }
        });
    });
    assert!(!counted.is_empty() && !counted.keys().any(|key| key.contains(chosen)), "{counted:#?}");
}

#[test]
fn counts_for_the_recorder_that_is_installed_now() {
    let app: Router = Router::new().route("/", post(async || {})).route_layer(VerifyLayer::new(
        Verifier::<GitHub>::new(Secret::new(SECRET).unwrap()).unwrap(),
    ));
    let send = || {
        let signer = Signer::<GitHub>::new(Secret::new(SECRET).unwrap()).unwrap();
        let request = SignedRequest::new(&signer, "{}").unwrap().http::<Body>("/").unwrap();
        block_on(async {
            app.clone().oneshot(request).await.unwrap();
        });
    };
    // Without a recorder, with one, and with another.
    send();
    let (first, second) = (DebuggingRecorder::new(), DebuggingRecorder::new());
    for recorder in [&first, &second] {
        with_local_recorder(recorder, send);
        let key = "webhook_deliveries_total{endpoint=github,provider=github,outcome=accepted}";
        assert_eq!(counted(&recorder.snapshotter()).get(key), Some(&1));
    }
}

#[test]
fn the_guide_and_the_dashboard_have_every_metric_and_no_other() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let dashboard = fs::read_to_string(format!("{root}/docs/grafana.json")).unwrap();
    let guide = format!("{root}/crates/countersign/guide/watching.md");
    let guide = fs::read_to_string(guide).unwrap();
    let _: Value = serde_json::from_str(&dashboard).unwrap();
    for (page, text) in [("dashboard", dashboard), ("guide", guide)] {
        let words = text.split(|character: char| !character.is_alphanumeric() && character != '_');
        let used: BTreeSet<_> = words
            .filter(|word| word.starts_with("webhook_"))
            .map(|word| word.trim_end_matches("_sum").trim_end_matches("_count"))
            .collect();
        assert_eq!(used, BTreeSet::from(NAMES), "{page}");
    }
}
