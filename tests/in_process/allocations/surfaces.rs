//! Allocations for a delivery on each surface, compared with the bare framework.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use actix_web::{
    App, HttpMessage, HttpResponse,
    dev::{Payload, Service as _},
    test as actix_test, web,
};
use allocation_counter::measure;
use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::FromRequest,
    http::{HeaderMap, Request, StatusCode},
    response::Response,
    routing::{MethodRouter, post},
};
use countersign::{
    Secret, Signer, VerifiedBody, Verifier, Webhook,
    actix_web::VerifyMiddleware,
    providers::{XWebhookSignature, x_webhook_signature::flat},
    tower::VerifyLayer,
};
use http_body_util::Full;
use serde::Deserialize;
use tower::{
    Service,
    layer::util::Identity,
    util::{MapRequestLayer, MapResponseLayer},
};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"user.created","created_at":"2025-02-18T10:35:00Z","data":{"id":"u_1","name":"Ada","email":"ada@example.com","status":"active"}}"#;

/// The fields of `flat::Event`, as an application would declare them.
#[derive(Deserialize)]
#[allow(dead_code, reason = "members that a handler would parse")]
struct Whole {
    id: Option<String>,
    r#type: String,
    created_at: Option<String>,
    data: flat::Data,
}

fn secret() -> Secret {
    Secret::new("secret").unwrap()
}

fn verifier() -> Verifier<XWebhookSignature> {
    Verifier::new(secret()).unwrap()
}

/// The headers of the delivery, with or without the signature.
fn headers(is_signed: bool) -> Vec<(String, String)> {
    let signed = Signer::<XWebhookSignature>::new(secret()).unwrap().sign(EVENT).unwrap();
    let others = [
        ("content-type".to_owned(), "application/json".to_owned()),
        ("content-length".to_owned(), EVENT.len().to_string()),
    ];
    let signed = signed.into_iter().filter(|_| is_signed);
    others.into_iter().chain(signed).collect()
}

/// Counts the allocations of a future that is ready at once. It is called twice, because the first
/// delivery of a thread allocates more.
fn count<F: Future<Output = u16>>(mut call: impl FnMut() -> F, expected: u16) -> u64 {
    let mut count = 0;
    for _ in 0..2 {
        let future = call();
        let mut status = 0;
        count = measure(|| {
            let mut future = pin!(future);
            let mut context = Context::from_waker(Waker::noop());
            if let Poll::Ready(answered) = future.as_mut().poll(&mut context) {
                status = answered;
            }
        })
        .count_total;
        assert_eq!(status, expected);
    }
    count
}

mod on_axum {
    use super::*;

    fn counted(router: Router, is_signed: bool) -> u64 {
        let service = router.into_service::<Body>();
        let names: HeaderMap = headers(is_signed)
            .into_iter()
            .map(|(name, value)| {
                (http::HeaderName::try_from(name).unwrap(), value.parse().unwrap())
            })
            .collect();
        let call = || {
            let mut request =
                Request::post("/").body(Body::from(Bytes::from_static(EVENT))).unwrap();
            request.headers_mut().clone_from(&names);
            let mut service = service.clone();
            async move { service.call(request).await.unwrap().status().as_u16() }
        };
        count(call, if is_signed { 200 } else { 401 })
    }

    fn without_state(route: MethodRouter) -> Router {
        Router::new().route("/", route)
    }

    fn with_state(route: MethodRouter<Verifier<XWebhookSignature>>) -> Router {
        Router::new().route("/", route).with_state(verifier())
    }

    async fn take<T>(_: T) -> StatusCode {
        StatusCode::OK
    }

    fn layered<T: FromRequest<(), Marker> + Send + 'static, Marker: 'static>() -> u64 {
        let layer = VerifyLayer::new(verifier());
        counted(without_state(post(take::<T>)).route_layer(layer), true)
    }

    #[test]
    fn the_extractors_allocate_less_than_those_of_axum() {
        type Body = VerifiedBody<XWebhookSignature>;
        // Two fewer: axum's `Bytes` wraps the body in its limit, and collects frames.
        let bare = counted(without_state(post(take::<Bytes>)), true);
        assert_eq!((bare, counted(with_state(post(take::<Body>)), true)), (12, 10));

        // Six more than for the body: the texts of the event (id, created_at, and four in its
        // data). `Json` of the same struct also keeps the path to each member, for its error.
        let json = counted(without_state(post(take::<Json<Whole>>)), true);
        let event = counted(with_state(post(take::<Webhook<flat::Event>>)), true);
        assert_eq!((json, event), (36, 16));
    }

    #[test]
    fn the_layer_allocates_only_the_extensions_beyond_a_layer_that_replaces_the_bodies() {
        let bytes = || without_state(post(take::<Bytes>));
        // Three more than without a layer: axum boxes the service and its future again.
        let identity = counted(bytes().route_layer(Identity::new()), true);
        assert_eq!(identity, 15);

        // Two more: axum boxes the request's body and the response's body if their type is not its
        // own.
        let request = MapRequestLayer::new(|request: Request<Body>| {
            request.map(|_| Full::new(Bytes::from_static(EVENT)))
        });
        let response =
            MapResponseLayer::new(|response: Response| response.map(|_| Full::new(Bytes::new())));
        let bodies = counted(bytes().route_layer((response, request)), true);
        assert_eq!(bodies, identity + 2);

        // Three more for the request's extensions: a box, a table, and a box for the proof.
        assert_eq!(layered::<Bytes, _>(), bodies + 3);
        assert_eq!(layered::<Json<Whole>, _>(), 36 + 8);
        // The sum of the counts of `Webhook` without the layer (16) and of the layer (8).
        let event = with_state(post(take::<Webhook<flat::Event>>));
        assert_eq!(counted(event.route_layer(VerifyLayer::new(verifier())), true), 16 + 8);
    }

    #[test]
    fn a_rejection_is_counted() {
        // These are the response with its fields and body, the reason in its extensions, and the
        // log.
        let extractor = with_state(post(take::<VerifiedBody<XWebhookSignature>>));
        assert_eq!(counted(extractor, false), 15);
        let layer = VerifyLayer::new(verifier());
        assert_eq!(counted(without_state(post(take::<Bytes>)).route_layer(layer), false), 17);
    }
}

mod on_actix {
    use super::*;

    fn counted(configure: impl Fn(&mut web::ServiceConfig), is_signed: bool) -> u64 {
        actix_web::rt::System::new().block_on(async {
            let app = actix_test::init_service(App::new().configure(configure)).await;
            let call = || {
                let mut request = actix_test::TestRequest::post();
                for (name, value) in headers(is_signed) {
                    request = request.insert_header((name, value));
                }
                let request = request.set_payload(Bytes::from_static(EVENT)).to_request();
                let app = &app;
                async move { actix_test::call_service(app, request).await.status().as_u16() }
            };
            count(call, if is_signed { 200 } else { 401 })
        })
    }

    async fn take<T>(_: T) -> HttpResponse {
        HttpResponse::Ok().finish()
    }

    fn route<T: actix_web::FromRequest + 'static>(config: &mut web::ServiceConfig) {
        config.app_data(web::Data::new(verifier()));
        config.service(web::resource("/").route(web::post().to(take::<T>)));
    }

    fn wrapped<T: actix_web::FromRequest + 'static>(config: &mut web::ServiceConfig) {
        let route = web::post().to(take::<T>);
        config.service(web::resource("/").wrap(VerifyMiddleware::new(verifier())).route(route));
    }

    /// A middleware that only calls the next service.
    fn identity(config: &mut web::ServiceConfig) {
        let route = web::post().to(take::<Bytes>);
        let resource = web::resource("/").wrap_fn(|request, service| service.call(request));
        config.service(resource.route(route));
    }

    /// A middleware that replaces the body, and adds a value to the extensions.
    fn replacing(config: &mut web::ServiceConfig) {
        let route = web::post().to(take::<Bytes>);
        let resource = web::resource("/").wrap_fn(|mut request, service| {
            request.set_payload(Payload::from(Bytes::from_static(EVENT)));
            request.extensions_mut().insert([0_u8; 100]);
            service.call(request)
        });
        config.service(resource.route(route));
    }

    #[test]
    fn the_extractors_allocate_less_than_those_of_actix() {
        // Two fewer: actix's `Bytes` copies the chunks into a buffer of its own, and makes that
        // buffer shareable.
        let bare = counted(route::<Bytes>, true);
        let ours = counted(route::<VerifiedBody<XWebhookSignature>>, true);
        assert_eq!((bare, ours), (8, 6));

        // Six more than for the body: the texts of the event (id, created_at, and four in its
        // data).
        let json = counted(route::<web::Json<Whole>>, true);
        let event = counted(route::<Webhook<flat::Event>>, true);
        assert_eq!((json, event), (15, 12));
    }

    #[test]
    fn the_middleware_allocates_no_more_than_one_that_replaces_the_body() {
        assert_eq!(counted(identity, true), 8);
        // Two for actix's `Payload` over the bytes, and one for the box in the extensions.
        assert_eq!(counted(replacing, true), 11);
        assert_eq!(counted(wrapped::<Bytes>, true), 11);
        assert_eq!(counted(wrapped::<web::Json<Whole>>, true), 15 + 3);
        // The extractor takes the proof, and does not read the body again.
        assert_eq!(counted(wrapped::<Webhook<flat::Event>>, true), 15);
    }

    #[test]
    fn a_rejection_is_counted() {
        // These are the response with its fields and body, the reason in its extensions, and the
        // log.
        assert_eq!(counted(route::<VerifiedBody<XWebhookSignature>>, false), 9);
        assert_eq!(counted(wrapped::<Bytes>, false), 5);
    }
}
