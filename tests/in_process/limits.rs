//! The verifier's limit also applies to the frameworks' own extractors behind the layer and the
//! middleware.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use actix_web::{App, test, web};
use axum::{
    Form, Json, Router,
    body::{Body, Bytes},
    extract::DefaultBodyLimit,
    routing::post,
};
use countersign::{
    Provider, Secret, Signer, Verifier,
    actix_web::{VerifyMiddleware, body_limits},
    providers::{GitHub, Respan, XWebhookSignature},
    scheme::{BodyForm, JsonDumps},
    signer::SignedHeaders,
    tower::VerifyLayer,
};
use http::Request;
use serde_json::Value;
use tower::{ServiceBuilder, ServiceExt};

/// Size of a body in bytes: more than the default limit of either framework.
const LARGE: usize = (2 << 20) + 1;
/// Limit of the verifiers, in bytes.
const LIMIT: usize = LARGE + 1000;

/// A delivery to a path: the content type, the body, and the headers that sign it.
struct Delivery {
    path: &'static str,
    content_type: &'static str,
    body: String,
    headers: SignedHeaders,
}

fn verifier<P: Provider>() -> Verifier<P> {
    Verifier::new(Secret::new("secret").unwrap()).unwrap().body_limit(LIMIT)
}

/// Signs `signed`, and makes a delivery of `body`.
fn delivery<P: Provider>(
    path: &'static str,
    content_type: &'static str,
    signed: &[u8],
    body: String,
) -> Delivery {
    let signer = Signer::<P>::new(Secret::new("secret").unwrap()).unwrap();
    Delivery { path, content_type, body, headers: signer.sign(signed).unwrap() }
}

/// One delivery of this size to each kind of handler.
fn deliveries<P: Provider>(size: usize) -> Vec<Delivery> {
    let json = "application/json";
    [
        ("/bytes", "application/octet-stream", "x".repeat(size)),
        ("/text", "text/plain", "x".repeat(size)),
        ("/json", json, format!("\"{}\"", "x".repeat(size - 2))),
        ("/form", "application/x-www-form-urlencoded", format!("a={}", "x".repeat(size - 2))),
    ]
    .map(|(path, kind, body)| delivery::<P>(path, kind, body.clone().as_bytes(), body))
    .into()
}

/// A delivery whose body is within the limit of 1 MiB, and whose signed text is almost 3 MiB long.
fn longer_text(path: &'static str) -> Delivery {
    let body = format!("{{\"a\":\"{}\"}}", "é".repeat(500_000));
    let text = BodyForm::Python(JsonDumps::DEFAULT).text_of(body.as_bytes()).unwrap();
    assert!(body.len() < 1 << 20 && text.len() > 2 << 20);
    delivery::<Respan>(path, "application/json", &text, body)
}

mod on_axum {
    use super::*;

    fn handlers() -> Router {
        Router::new()
            .route("/bytes", post(async |body: Bytes| body.len().to_string()))
            .route("/text", post(async |body: String| body.len().to_string()))
            .route("/json", post(async |Json(_): Json<Value>| {}))
            .route("/form", post(async |Form(_): Form<Value>| {}))
    }

    async fn status(app: &Router, delivery: Delivery) -> u16 {
        let request = Request::post(delivery.path).header("Content-Type", delivery.content_type);
        let request = delivery
            .headers
            .into_iter()
            .fold(request, |request, (name, value)| request.header(name, value));
        let request = request.body(Body::from(delivery.body)).unwrap();
        let Ok(response) = app.clone().oneshot(request).await;
        response.status().as_u16()
    }

    #[tokio::test]
    async fn handlers_behind_the_layer_take_what_the_verifier_takes() {
        // A lower limit of axum, outside of the layer.
        let outside = DefaultBodyLimit::max(1024);
        let layer = VerifyLayer::new(verifier::<GitHub>());
        let pair = VerifyLayer::new((verifier::<XWebhookSignature>(), verifier::<GitHub>()));
        for app in [
            handlers().layer(layer.clone()),
            handlers().layer(layer).layer(outside),
            handlers().layer(pair),
        ] {
            for delivery in deliveries::<GitHub>(LARGE) {
                let path = delivery.path;
                assert_eq!(status(&app, delivery).await, 200, "{path}");
            }
            for delivery in deliveries::<GitHub>(LIMIT + 1) {
                let path = delivery.path;
                assert_eq!(status(&app, delivery).await, 413, "{path}");
            }
        }
    }

    #[tokio::test]
    async fn handlers_behind_the_layer_take_a_text_that_is_longer_than_the_body() {
        let app = handlers().layer(VerifyLayer::new(verifier::<Respan>().body_limit(1 << 20)));
        for path in ["/bytes", "/text", "/json"] {
            assert_eq!(status(&app, longer_text(path)).await, 200, "{path}");
        }
    }

    #[tokio::test]
    async fn limits_inside_the_layer_apply_to_the_body_and_to_an_inflated_body() {
        let layer = || VerifyLayer::new(verifier::<GitHub>());
        let app = handlers().layer(DefaultBodyLimit::max(1024)).layer(layer());
        for delivery in deliveries::<GitHub>(1025) {
            assert_eq!(status(&app, delivery).await, 413);
        }

        // Replaces the body with a larger one, as decompression does.
        let grow = |size: usize| {
            let grow =
                move |request: Request<_>| request.map(move |_| Body::from(vec![b'x'; size]));
            handlers().layer(ServiceBuilder::new().layer(layer()).map_request(grow))
        };
        for (size, expected) in [(LARGE, 200), (LIMIT + 1, 413)] {
            let small = delivery::<GitHub>("/bytes", "text/plain", b"", String::new());
            assert_eq!(status(&grow(size), small).await, expected);
        }
    }
}

mod on_actix {
    use super::*;

    /// Returns the status behind the middleware, with or without the verifiers' limits.
    async fn status(
        verifiers: impl countersign::adapter::Verifiers,
        limits: impl Fn(&mut web::ServiceConfig),
        delivery: Delivery,
    ) -> u16 {
        let app = App::new().service(
            web::scope("")
                .configure(limits)
                .wrap(VerifyMiddleware::new(verifiers))
                .route("/bytes", web::post().to(async |_: web::Bytes| ""))
                .route("/text", web::post().to(async |_: String| ""))
                .route("/json", web::post().to(async |_: web::Json<Value>| ""))
                .route("/form", web::post().to(async |_: web::Form<Value>| "")),
        );
        let request = test::TestRequest::post()
            .uri(delivery.path)
            .insert_header(("Content-Type", delivery.content_type))
            .set_payload(delivery.body);
        let request = delivery.headers.into_iter().fold(request, test::TestRequest::append_header);
        let app = test::init_service(app).await;
        test::call_service(&app, request.to_request()).await.status().as_u16()
    }

    #[actix_web::test]
    async fn handlers_behind_the_middleware_take_what_the_verifier_takes() {
        let one = verifier::<GitHub>();
        let pair = (verifier::<XWebhookSignature>().body_limit(1), one.clone());
        for size in [20_000, LARGE] {
            for (first, second) in
                deliveries::<GitHub>(size).into_iter().zip(deliveries::<GitHub>(size))
            {
                let path = first.path;
                let told = status(one.clone(), body_limits(&one), first).await;
                assert_eq!(told, 200, "{path} with {size} bytes");
                let told = status(pair.clone(), body_limits(&pair), second).await;
                assert_eq!(told, 200, "{path} with {size} bytes, to a pair");
            }
        }
        for delivery in deliveries::<GitHub>(LIMIT + 1) {
            assert_eq!(status(one.clone(), body_limits(&one), delivery).await, 413);
        }
        for delivery in deliveries::<GitHub>(LARGE) {
            // Without the verifiers' limits, actix keeps its own.
            assert_eq!(status(one.clone(), |_| (), delivery).await, 413);
        }
    }

    #[actix_web::test]
    async fn handlers_behind_the_middleware_take_a_text_that_is_longer_than_the_body() {
        let verifier = verifier::<Respan>().body_limit(1 << 20);
        for path in ["/bytes", "/text", "/json"] {
            let limits = body_limits(&verifier);
            assert_eq!(status(verifier.clone(), limits, longer_text(path)).await, 200, "{path}");
        }
    }
}
