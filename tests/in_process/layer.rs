//! The tower layer, in every place that a router has for it, and under the layers that users put
//! around it.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::{
    convert::Infallible,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use axum::{
    BoxError, Extension, Json, Router,
    body::{Body, Bytes},
    error_handling::HandleErrorLayer,
    extract::{DefaultBodyLimit, State},
    response::IntoResponse,
    routing::post,
};
use countersign::{
    Rejection, Secret, VerifiedBody, Verifier, Webhook,
    error::VerifyErrorKind,
    providers::{GitHub, SpeakNode, XWebhookSignature, x_webhook_signature::flat},
    tower::{RequestBody, VerifyLayer},
};
use countersign_tests::signature;
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::{Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};
use tower_http::{
    decompression::RequestDecompressionLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
    trace::TraceLayer,
};

type Outcome = Result<(), Box<dyn std::error::Error>>;
type Proof = countersign::Verified<XWebhookSignature>;

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

fn layer() -> VerifyLayer<Verifier<XWebhookSignature>> {
    VerifyLayer::new(verifier())
}

fn delivery(path: &str, body: impl Into<Body>, signature: &str) -> Request<Body> {
    Request::post(path)
        .header("X-Webhook-Signature", signature)
        .header("Content-Type", "application/json")
        .body(body.into())
        .unwrap()
}

fn signed(path: &str, body: impl AsRef<[u8]>) -> Request<Body> {
    let body = body.as_ref().to_vec();
    let signature = signature("secret", &body);
    delivery(path, body, &signature)
}

fn forged(path: &str) -> Request<Body> {
    delivery(path, "not even JSON", &"0".repeat(64))
}

async fn status(app: &Router, request: Request<Body>) -> StatusCode {
    let Ok(response) = app.clone().oneshot(request).await;
    response.status()
}

async fn text<B>(response: Response<B>) -> String
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

#[derive(Deserialize)]
struct Head {
    id: String,
}

async fn json(Json(head): Json<Head>) -> String {
    head.id
}

async fn bytes(body: Bytes) -> Bytes {
    body
}

async fn string(body: String) -> String {
    body
}

async fn stream(body: Body) -> Body {
    body
}

async fn nothing() {}

async fn proof(Extension(verified): Extension<Proof>) -> Vec<u8> {
    verified.bytes().to_vec()
}

fn handlers<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/json", post(json))
        .route("/bytes", post(bytes))
        .route("/string", post(string))
        .route("/stream", post(stream))
        .route("/nothing", post(nothing))
        .route("/proof", post(proof))
}

#[tokio::test]
async fn leaves_existing_handlers_as_they_are() -> Outcome {
    let app = handlers().route_layer(layer());
    for (path, expected) in [
        ("/json", "evt_1"),
        ("/bytes", EVENT),
        ("/string", EVENT),
        ("/stream", EVENT),
        ("/nothing", ""),
        ("/proof", EVENT),
    ] {
        let Ok(response) = app.clone().oneshot(signed(path, EVENT)).await;
        assert_eq!(
            (response.status(), &*text(response).await),
            (StatusCode::OK, expected),
            "{path}"
        );
        // It is rejected before it is parsed: a forged body that is not JSON is answered 401, not
        // 400.
        assert_eq!(status(&app, forged(path)).await, StatusCode::UNAUTHORIZED, "{path}");
    }
    Ok(())
}

#[tokio::test]
async fn works_wherever_a_router_takes_a_layer() {
    let state = "state";
    let places: [Router; 6] = [
        handlers().layer(layer()),
        handlers().route_layer(layer()),
        Router::new().merge(handlers().layer(layer())),
        Router::new().merge(handlers().route_layer(layer())).with_state(state),
        handlers::<&str>().layer(layer()).with_state(state),
        Router::new().route("/json", post(json).layer(layer())).route("/other", post(nothing)),
    ];
    for (place, app) in places.iter().enumerate() {
        assert_eq!(status(app, signed("/json", EVENT)).await, StatusCode::OK, "{place}");
        assert_eq!(status(app, forged("/json")).await, StatusCode::UNAUTHORIZED, "{place}");
    }
    let nested: Router = Router::new().nest("/hooks", handlers().route_layer(layer()));
    assert_eq!(status(&nested, signed("/hooks/json", EVENT)).await, StatusCode::OK);
    assert_eq!(status(&nested, forged("/hooks/json")).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn wraps_the_fallback_under_layer_and_leaves_it_under_route_layer() {
    let app: Router = handlers().layer(layer());
    assert_eq!(status(&app, forged("/unknown")).await, StatusCode::UNAUTHORIZED);
    let app: Router = handlers().route_layer(layer());
    assert_eq!(status(&app, forged("/unknown")).await, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn works_under_the_layers_that_users_put_around_it() {
    let timeout =
        TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, Duration::from_secs(9));
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(timeout)
        .layer(HandleErrorLayer::new(|error: BoxError| async move { error.to_string() }))
        .buffer(4)
        .layer(ConcurrencyLimitLayer::new(1))
        .layer(layer());
    let app: Router = handlers().layer(stack);
    let inside = ServiceBuilder::new().layer(layer()).layer(ConcurrencyLimitLayer::new(1));
    for app in [app, handlers().layer(inside)] {
        for _ in 0..3 {
            assert_eq!(status(&app, signed("/json", EVENT)).await, StatusCode::OK);
            assert_eq!(status(&app, forged("/json")).await, StatusCode::UNAUTHORIZED);
        }
    }
}

async fn echo(request: Request<RequestBody>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::new(request.into_body())))
}

#[tokio::test]
async fn calls_the_service_that_was_polled_ready() -> Outcome {
    // `ConcurrencyLimit` panics if a clone is called that was not polled ready.
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .layer(ConcurrencyLimitLayer::new(1))
        .service(service_fn(echo));
    for _ in 0..3 {
        let response = ServiceExt::<Request<Body>>::ready(&mut service)
            .await?
            .call(signed("/", EVENT))
            .await?;
        assert_eq!((response.status(), &*text(response).await), (StatusCode::OK, EVENT));
    }
    Ok(())
}

#[tokio::test]
async fn leaves_the_typed_rejection_in_the_response() -> Outcome {
    let app: Router = handlers().layer(layer());
    let Ok(response) = app.oneshot(forged("/json")).await;
    let rejection = response.extensions().get::<Rejection>().ok_or("no rejection")?;
    let countersign::error::Reason::Verify(error) = rejection.reason() else {
        panic!("{rejection}")
    };
    assert_eq!(error.kind(), VerifyErrorKind::Mismatch);
    assert_eq!(error.header_length(), 64);
    Ok(())
}

#[tokio::test]
async fn hashes_once_with_an_extractor_behind_it() {
    async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
        event.event_type().to_owned()
    }
    // The extractor's verifier has another secret, so that it would reject the delivery.
    let other = Verifier::<XWebhookSignature>::new(Secret::new("other").unwrap()).unwrap();
    let app: Router = Router::new().route("/", post(on_event)).with_state(other).layer(layer());
    let Ok(response) = app.clone().oneshot(signed("/", EVENT)).await;
    assert_eq!(text(response).await, "user.created");
}

#[tokio::test]
async fn does_not_accept_the_proof_of_another_provider() {
    async fn on_bytes(VerifiedBody(_): VerifiedBody<SpeakNode>) {}
    let other = Verifier::<SpeakNode>::new(Secret::new("other").unwrap()).unwrap();
    let app: Router = Router::new().route("/", post(on_bytes)).with_state(other).layer(layer());
    assert_eq!(status(&app, signed("/", EVENT)).await, StatusCode::UNAUTHORIZED);

    async fn on_proof(
        proof: Option<Extension<countersign::Verified<GitHub>>>,
    ) -> impl IntoResponse {
        proof.map_or(StatusCode::NO_CONTENT, |_| StatusCode::OK)
    }
    let app: Router = Router::new().route("/", post(on_proof)).layer(layer());
    assert_eq!(status(&app, signed("/", EVENT)).await, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn applies_its_own_limit_and_an_outer_one_and_no_other() {
    let large = |size| signed("/", vec![b'x'; size]);
    let with = |verifier: Verifier<XWebhookSignature>| -> Router {
        Router::new().route("/", post(nothing)).layer(VerifyLayer::new(verifier))
    };

    // axum's own limit of 2 MB neither narrows our limit nor applies behind our layer.
    let eight = verifier().body_limit(8 << 20);
    let app = with(eight.clone());
    assert_eq!(status(&app, large(5 << 20)).await, StatusCode::OK);
    let app = Router::new()
        .route("/", post(async |VerifiedBody(_): VerifiedBody<XWebhookSignature>| {}))
        .with_state(eight.clone())
        .layer(DefaultBodyLimit::max(1024));
    assert_eq!(status(&app, large(5 << 20)).await, StatusCode::OK);
    assert_eq!(status(&app, large((8 << 20) + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);

    // The default is 1 MiB, for signed and for unsigned deliveries.
    let app = with(verifier());
    assert_eq!(status(&app, large(1 << 20)).await, StatusCode::OK);
    assert_eq!(status(&app, large((1 << 20) + 1)).await, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(status(&app, large(3 << 20)).await, StatusCode::PAYLOAD_TOO_LARGE);
    let unsigned = Request::post("/").body(Body::from(vec![b'x'; 3 << 20])).unwrap();
    assert_eq!(status(&app, unsigned).await, StatusCode::UNAUTHORIZED);

    // A limit around our layer applies to declared lengths and to chunked bodies.
    let app = with(eight).layer(RequestBodyLimitLayer::new(1024));
    let chunked = signed("/", vec![b'x'; 2000]);
    let chunked = chunked.map(|body| Body::from_stream(body.into_data_stream()));
    assert_eq!(status(&app, chunked).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn verifies_the_bytes_on_the_wire_and_not_inflated_ones() {
    // The gzip of `{}`.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03\xab\xae\x05\0\x43\xbf\xa6\xa3\x02\0\0\0";
    let encoded = || {
        let mut request = signed("/bytes", gzip);
        request.headers_mut().insert("Content-Encoding", http::HeaderValue::from_static("gzip"));
        request
    };
    let app: Router = handlers().layer(layer());
    let Ok(response) = app.clone().oneshot(encoded()).await;
    let body = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(&body[..], gzip);

    let inside = ServiceBuilder::new().layer(layer()).layer(RequestDecompressionLayer::new());
    let app: Router = handlers().layer(inside);
    let Ok(response) = app.oneshot(encoded()).await;
    assert_eq!(text(response).await, "{}");

    let outside = || ServiceBuilder::new().layer(RequestDecompressionLayer::new()).layer(layer());
    let app: Router = handlers().layer(outside());
    assert_eq!(status(&app, encoded()).await, StatusCode::UNAUTHORIZED);

    // This body was signed before it was compressed.
    let compressed = || {
        let mut request = signed("/bytes", "{}").map(|_| Body::from(&gzip[..]));
        request.headers_mut().remove("Content-Length");
        request.headers_mut().insert("Content-Encoding", http::HeaderValue::from_static("gzip"));
        request
    };
    let app: Router = handlers().layer(outside());
    let Ok(response) = app.oneshot(compressed()).await;
    assert_eq!(text(response).await, "{}");
    let inflated = VerifyLayer::new(verifier().forms([countersign::scheme::BodyForm::Inflated]));
    let app: Router = handlers().layer(inflated);
    let Ok(response) = app.oneshot(compressed()).await;
    assert_eq!(text(response).await, "{}");
}

#[tokio::test]
async fn does_not_call_the_inner_service_for_a_rejected_delivery() {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    async fn count(State(()): State<()>) {
        CALLS.fetch_add(1, Ordering::Relaxed);
    }
    let app: Router = Router::new().route("/", post(count)).layer(layer()).with_state(());
    for _ in 0..3 {
        assert_eq!(status(&app, forged("/")).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(CALLS.load(Ordering::Relaxed), 0);
    assert_eq!(status(&app, signed("/", EVENT)).await, StatusCode::OK);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
}

/// `FromLayer`, in a router whose state holds no verifiers.
mod from_layer {
    use std::sync::Arc;

    use countersign::{Either, FromLayer, error::Reason, providers::github};

    use super::*;

    struct App {
        greeting: &'static str,
    }

    async fn greet(
        State(app): State<Arc<App>>,
        FromLayer(webhook): FromLayer<Webhook<flat::Event>>,
    ) -> String {
        format!("{} {}", app.greeting, webhook.event.event_type())
    }

    async fn length(
        FromLayer(VerifiedBody(proof)): FromLayer<VerifiedBody<XWebhookSignature>>,
    ) -> String {
        proof.bytes().len().to_string()
    }

    async fn either(
        FromLayer(event): FromLayer<Either<Webhook<flat::Event>, Webhook<github::Event>>>,
    ) -> &'static str {
        match event {
            Either::Left(_) => "in-house",
            Either::Right(_) => "github",
        }
    }

    fn routes() -> Router<Arc<App>> {
        Router::new()
            .route("/greet", post(greet))
            .route("/length", post(length))
            .route("/either", post(either))
    }

    fn app() -> Arc<App> {
        Arc::new(App { greeting: "hello" })
    }

    #[tokio::test]
    async fn takes_the_layers_proof_with_any_state() {
        let app = routes().layer(layer()).with_state(app());
        let length = EVENT.len().to_string();
        for (path, expected) in
            [("/greet", "hello user.created"), ("/length", &*length), ("/either", "in-house")]
        {
            let response = app.clone().oneshot(signed(path, EVENT)).await.unwrap();
            assert_eq!(response.status(), 200, "{path}");
            let body = response.into_body().collect().await.unwrap().to_bytes();
            assert_eq!(body, expected, "{path}");
        }
    }

    #[tokio::test]
    async fn answers_as_the_table_says() {
        let app = routes().layer(layer()).with_state(app());
        let forged = delivery("/greet", EVENT, &signature("another", EVENT.as_bytes()));
        let unsigned = Request::post("/greet").body(Body::from(EVENT)).unwrap();
        for (request, status) in [
            (forged, 401),
            (unsigned, 401),
            (signed("/greet", r#"{"type":1}"#), 422),
            (signed("/greet", "no JSON"), 400),
            // A `VerifiedBody` takes any bytes that were signed.
            (signed("/length", "no JSON"), 200),
        ] {
            assert_eq!(app.clone().oneshot(request).await.unwrap().status(), status);
        }
    }

    #[tokio::test]
    async fn names_the_missing_layer() {
        // The layer of another provider verifies nothing for this handler.
        let github = Verifier::<GitHub>::new(Secret::new("secret").unwrap()).unwrap();
        let without = routes().with_state(app());
        let response = without.clone().oneshot(signed("/greet", EVENT)).await.unwrap();
        assert_eq!(response.status(), 500);
        let rejection = response.extensions().get::<Rejection>().unwrap();
        assert!(matches!(rejection.reason(), Reason::MissingProof { .. }));
        let text = rejection.to_string();
        assert!(text.contains("XWebhookSignature") && text.contains("VerifyLayer"), "{text}");

        let other = routes().layer(VerifyLayer::new(github)).with_state(app());
        let body = EVENT.as_bytes();
        let tag = format!("sha256={}", signature("secret", body));
        let request = Request::post("/greet").header("X-Hub-Signature-256", tag);
        let response = other.oneshot(request.body(Body::from(EVENT)).unwrap()).await.unwrap();
        assert_eq!(response.status(), 500);
    }
}
