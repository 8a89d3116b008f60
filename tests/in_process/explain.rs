//! Rejected deliveries that are explained.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use ::actix_web::{App, test as actix, web};
use axum::{Router, body::Body, http::Request, routing::post};
use countersign::{
    Secret, Signer, Verifier, Webhook, actix_web,
    explain::{Cause, ExplainDelivery as _, ExplainRefusals as _, Refusals, Verdict},
    providers::{Square, Stripe, XWebhookSignature, x_webhook_signature::flat},
    tower::VerifyLayer,
};
use countersign_tests::{Logs, signature};
use tower::ServiceExt as _;

const SIGNED: &str = r#"{"some": "data"}"#;
const WRITTEN_AGAIN: &str = r#"{"some":"data"}"#;

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

fn delivery() -> Request<Body> {
    Request::post("/")
        .header("X-Webhook-Signature", signature("secret", SIGNED))
        .header("Content-Type", "application/json")
        .body(Body::from(WRITTEN_AGAIN))
        .unwrap()
}

/// Sends this many deliveries to a layer. Returns the lines of explanations: at least `wanted`.
fn lines(verifier: &Verifier<XWebhookSignature>, deliveries: usize, wanted: usize) -> Vec<String> {
    explained(wanted, async || {
        let layer = VerifyLayer::new(verifier.clone());
        let app: Router = Router::new().route("/", post(|| async {})).route_layer(layer);
        for _ in 0..deliveries {
            let response = app.clone().oneshot(delivery()).await.unwrap();
            assert_eq!(response.status(), 401);
        }
    })
}

/// Delivers, again and again, until this many lines of explanations were written. The process
/// examines one delivery a second, so only one test at a time does this.
fn explained(wanted: usize, deliver: impl AsyncFn()) -> Vec<String> {
    static ONLY: Mutex<()> = Mutex::new(());
    let _only = ONLY.lock().unwrap_or_else(PoisonError::into_inner);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let logs = Logs::default();
    logs.collect(|read| {
        let explained = || -> Vec<String> {
            let lines = read();
            let lines = lines.lines().filter(|line| line.contains("countersign::explain"));
            lines.map(str::to_owned).collect()
        };
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            tokio::task::LocalSet::new().block_on(&runtime, deliver());
            if explained().len() >= wanted {
                return explained();
            }
            assert!(Instant::now() < end, "{}", read());
            std::thread::yield_now();
        }
    })
}

#[test]
fn a_line_names_the_likely_cause() {
    let [line, ..] = &*lines(&verifier().explain_refusals(), 1, 1) else { panic!("one line") };
    for part in
        ["WARN", "certain=true", "causes=body-reserialized", "x-webhook-signature", "json.dumps"]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!line.contains("data\""), "{line}");
}

#[test]
fn every_surface_explains() {
    async fn axum_extractor() {
        let handler = post(|_: Webhook<flat::Event>| async {});
        let app = Router::new().route("/", handler).with_state(verifier().explain_refusals());
        assert_eq!(app.oneshot(delivery()).await.unwrap().status(), 401);
    }
    let request = || {
        let request = actix::TestRequest::post().set_payload(WRITTEN_AGAIN);
        request.insert_header(("X-Webhook-Signature", signature("secret", SIGNED))).to_request()
    };
    let actix_extractor = async || {
        let handler = web::post().to(|_: Webhook<flat::Event>| async { "" });
        let verifier = web::Data::new(verifier().explain_refusals());
        let app = actix::init_service(App::new().app_data(verifier).route("/", handler)).await;
        assert_eq!(actix::call_service(&app, request()).await.status(), 401);
    };
    let actix_middleware = async || {
        let middleware = actix_web::VerifyMiddleware::new(verifier().explain_refusals());
        let handler = web::post().to(|| async { "" });
        let app = actix::init_service(App::new().wrap(middleware).route("/", handler)).await;
        let status = match actix::try_call_service(&app, request()).await {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        assert_eq!(status, 401);
    };
    for lines in [
        explained(1, axum_extractor),
        explained(1, actix_extractor),
        explained(1, actix_middleware),
    ] {
        assert!(lines[0].contains("causes=body-reserialized"), "{}", lines[0]);
    }
}

#[test]
fn a_flood_of_forged_deliveries_is_examined_once_a_second() {
    let start = Instant::now();
    assert!(lines(&verifier().explain_refusals(), 20, 3).len() >= 3);
    // A busy machine only takes longer.
    assert!(start.elapsed() >= Duration::from_secs(2), "{:?}", start.elapsed());
}

#[test]
fn a_flood_of_unsigned_deliveries_leaves_a_mismatch_in_the_list() {
    let refusals = Refusals::new();
    explained(0, async || {
        let layer = VerifyLayer::new(verifier().keep_refusals(&refusals));
        let app: Router = Router::new().route("/", post(|| async {})).route_layer(layer);
        assert_eq!(app.clone().oneshot(delivery()).await.unwrap().status(), 401);
        for _ in 0..200 {
            let bare = Request::post("/").body(Body::empty()).unwrap();
            assert_eq!(app.clone().oneshot(bare).await.unwrap().status(), 401);
        }
    });
    let list = refusals.list();
    assert_eq!((list.len(), list[0].number, list[49].number), (51, 201, 152));
    assert_eq!((list[0].name, list[50].name), ("missing_signature", "mismatch"));
    assert_eq!((list[50].number, &*list[50].endpoint), (1, verifier().get_endpoint()));
}

#[test]
fn nothing_is_explained_unless_it_is_switched_on() {
    assert!(lines(&verifier(), 3, 0).is_empty());
}

#[test]
fn verifiers_explain_deliveries_with_their_own_settings() {
    let now = std::time::SystemTime::now();
    let secret = Secret::new("whsec_abc123").unwrap();
    let stripe = Verifier::<Stripe>::new(secret.clone()).unwrap();
    let signer = Signer::<Stripe>::new(secret).unwrap();
    let headers = signer.at(now - Duration::from_secs(3600)).sign(b"{}").unwrap();
    assert_eq!(stripe.explain(&headers, b"{}").causes(), [Cause::TimeStale]);
    let patient = stripe.clone().tolerance(Duration::from_secs(7200));
    assert_eq!(patient.explain(&headers, b"{}").verdict, Verdict::Verifies);
    let report = stripe.explain(&headers, b"{ }");
    assert!(report.causes().contains(&Cause::BodyReserialized), "{report}");

    let secret = Secret::new("secret").unwrap();
    let square = Verifier::<Square>::with_url(secret.clone(), "http://example.com/hook").unwrap();
    let signer = Signer::<Square>::with_url(secret, "https://example.com/hook").unwrap();
    let report = square.explain(&signer.sign(b"{}").unwrap(), b"{}");
    assert_eq!(report.causes(), [Cause::Url]);
    assert!(report.headline().contains("https instead of http"), "{report}");

    let other = verifier().header("X-Other").unwrap();
    let headers = [("X-Other", signature("secret", "{}"))];
    assert_eq!(other.explain(&headers, b"{}").verdict, Verdict::Verifies);
    let headers = [("X-Webhook-Signature", signature("secret", "{}"))];
    assert_eq!(other.explain(&headers, b"{}").causes(), [Cause::Scheme]);
}
