//! The middleware that handles each event once, within one process.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::sync::atomic::{AtomicU32, Ordering};

use actix_web::{App, HttpResponse, web};
use axum::{Router, body::Body, response::IntoResponse, routing::post};
use countersign::{
    Rejection, Secret, Verifier,
    actix_web::{IdempotencyMiddleware, VerifyMiddleware},
    error::Reason,
    idempotency::{Idempotency, MemoryStore},
    providers::XWebhookSignature,
    tower::{IdempotencyLayer, RequestBody, VerifyLayer},
};
use countersign_tests::signature;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tower::{ServiceBuilder, ServiceExt};

const EVENT: &str = r#"{"id":"evt_1","type":"user.created","data":{}}"#;

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap()
}

fn once() -> Idempotency {
    Idempotency::new(MemoryStore::new())
}

fn delivery_of<B: From<&'static str>>() -> Request<B> {
    let signature = signature("secret", EVENT);
    Request::post("/").header("X-Webhook-Signature", signature).body(B::from(EVENT)).unwrap()
}

fn delivery() -> Request<Body> {
    delivery_of()
}

fn router(handler: axum::routing::MethodRouter, idempotency: Idempotency) -> Router {
    Router::new().route("/", handler).route_layer(
        ServiceBuilder::new()
            .layer(VerifyLayer::new(verifier()))
            .layer(IdempotencyLayer::new(&verifier(), idempotency)),
    )
}

/// Status, content type, whether the answer is replayed, and body.
type Told = (u16, String, bool, String);

async fn tell(response: Response<Body>) -> Told {
    let status = response.status().as_u16();
    let field = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (content_type, replayed) = (field("content-type"), field("idempotent-replayed"));
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let body = String::from_utf8(body.to_vec()).unwrap();
    (status, content_type.unwrap_or_default(), replayed.as_deref() == Some("true"), body)
}

fn plain_duplicate() -> Told {
    (200, "application/json".to_owned(), true, r#"{"duplicate":true}"#.to_owned())
}

#[tokio::test]
async fn axum_gives_a_small_first_answer_to_duplicates() {
    let made = || async { (StatusCode::CREATED, "made") };
    let app = router(post(made), once().replay_answers_up_to(4));
    let first = tell(app.clone().oneshot(delivery()).await.unwrap()).await;
    assert_eq!(first, (201, "text/plain; charset=utf-8".to_owned(), false, "made".to_owned()));
    let second = tell(app.oneshot(delivery()).await.unwrap()).await;
    assert_eq!(second, (201, "text/plain; charset=utf-8".to_owned(), true, "made".to_owned()));
}

#[tokio::test]
async fn axum_keeps_no_answer_that_is_too_large_or_of_unknown_size() {
    let large = post(|| async { (StatusCode::CREATED, "made up") });
    let streamed = post(|| async {
        // This body does not report its length.
        Body::new(Full::<bytes::Bytes>::from("made").map_frame(|frame| frame)).into_response()
    });
    for (handler, body) in [(large, "made up"), (streamed, "made")] {
        let app = router(handler, once().replay_answers_up_to(4));
        let first = tell(app.clone().oneshot(delivery()).await.unwrap()).await;
        assert_eq!((first.2, &*first.3), (false, body));
        assert_eq!(tell(app.oneshot(delivery()).await.unwrap()).await, plain_duplicate());
    }
}

#[tokio::test]
async fn axum_names_the_missing_proof() {
    let app: Router = Router::new()
        .route("/", post(|| async {}))
        .route_layer(IdempotencyLayer::new(&verifier(), once()));
    let response = app.oneshot(delivery()).await.unwrap();
    assert_eq!(response.status(), 500);
    let rejection = response.extensions().get::<Rejection>().unwrap();
    assert!(matches!(rejection.reason(), Reason::MissingProof { .. }));
    assert!(rejection.to_string().contains("XWebhookSignature"), "{rejection}");
}

#[tokio::test]
async fn axum_releases_the_claim_of_a_handler_that_panicked() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    async fn panics_first() {
        assert!(CALLS.fetch_add(1, Ordering::Relaxed) > 0, "the first call");
    }
    let app = router(post(panics_first), once());
    // A server runs each request in a task, too.
    assert!(tokio::spawn(app.clone().oneshot(delivery())).await.is_err());
    let status = loop {
        match app.clone().oneshot(delivery()).await.unwrap().status() {
            // The claim is still being released.
            StatusCode::SERVICE_UNAVAILABLE => tokio::task::yield_now().await,
            status => break status,
        }
    };
    assert_eq!((status, CALLS.load(Ordering::Relaxed)), (StatusCode::OK, 2));
}

#[tokio::test]
async fn tower_passes_errors_on_and_releases() {
    #[derive(Debug, PartialEq)]
    struct Broken;
    static CALLS: AtomicU32 = AtomicU32::new(0);
    let service = ServiceBuilder::new()
        .layer(VerifyLayer::new(verifier()))
        .layer(IdempotencyLayer::new(&verifier(), once()))
        .concurrency_limit(1)
        .service_fn(|_: Request<RequestBody>| async {
            match CALLS.fetch_add(1, Ordering::Relaxed) {
                0 => Err(Broken),
                _ => Ok(Response::new(Full::<bytes::Bytes>::default())),
            }
        });
    let deliver = || service.clone().oneshot(delivery_of::<Full<bytes::Bytes>>());
    assert_eq!(deliver().await.unwrap_err(), Broken);
    assert_eq!(deliver().await.unwrap().status(), 200);
    assert!(deliver().await.unwrap().headers().contains_key("idempotent-replayed"));
    assert_eq!(CALLS.load(Ordering::Relaxed), 2);
}

/// Delivers the event.
macro_rules! call {
    ($app:expr) => {{
        let request = actix_web::test::TestRequest::post()
            .uri("/")
            .insert_header(("X-Webhook-Signature", signature("secret", EVENT)))
            .set_payload(EVENT);
        actix_web::test::call_service($app, request.to_request()).await
    }};
}

macro_rules! actix {
    ($idempotency:expr, $handler:expr) => {
        actix_web::test::init_service(
            App::new()
                .wrap(IdempotencyMiddleware::new(&verifier(), $idempotency))
                .wrap(VerifyMiddleware::new(verifier()))
                .route("/", web::post().to($handler)),
        )
        .await
    };
}

async fn tell_actix<B: actix_web::body::MessageBody>(
    response: actix_web::dev::ServiceResponse<B>,
) -> Told {
    let field = |name| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (content_type, replayed) = (field("content-type"), field("idempotent-replayed"));
    let status = response.status().as_u16();
    let body = actix_web::test::read_body(response).await;
    let body = String::from_utf8(body.to_vec()).unwrap();
    (status, content_type.unwrap_or_default(), replayed.as_deref() == Some("true"), body)
}

#[actix_web::test]
async fn actix_gives_a_small_first_answer_to_duplicates() {
    let made = || async { HttpResponse::Created().content_type("text/plain").body("made") };
    let app = actix!(once().replay_answers_up_to(4), made);
    for is_replayed in [false, true] {
        let told = tell_actix(call!(&app)).await;
        assert_eq!(told, (201, "text/plain".to_owned(), is_replayed, "made".to_owned()));
    }
    let large = || async { HttpResponse::Created().body("made up") };
    let app = actix!(once().replay_answers_up_to(4), large);
    let first = tell_actix(call!(&app)).await;
    assert_eq!((first.2, &*first.3), (false, "made up"));
    let second = tell_actix(call!(&app)).await;
    assert_eq!(second, plain_duplicate());
}

#[actix_web::test]
async fn actix_releases_the_claim_of_a_handler_that_failed() {
    static CALLS: AtomicU32 = AtomicU32::new(0);
    async fn fails_first() -> Result<HttpResponse, actix_web::Error> {
        match CALLS.fetch_add(1, Ordering::Relaxed) {
            0 => Err(actix_web::error::ErrorBadGateway("broken")),
            _ => Ok(HttpResponse::Ok().finish()),
        }
    }
    let app = actix!(once(), fails_first);
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(call!(&app).status().as_u16());
    }
    assert_eq!((statuses, CALLS.load(Ordering::Relaxed)), (vec![502, 200, 200], 2));
}

#[actix_web::test]
async fn actix_names_the_missing_proof() {
    let app = actix_web::test::init_service(
        App::new()
            .wrap(IdempotencyMiddleware::new(&verifier(), once()))
            .route("/", web::post().to(HttpResponse::Ok)),
    )
    .await;
    let response = call!(&app);
    assert_eq!(response.status(), 500);
    let extensions = response.response().extensions();
    let rejection = extensions.get::<Rejection>().unwrap();
    assert!(rejection.to_string().contains("XWebhookSignature"), "{rejection}");
}
