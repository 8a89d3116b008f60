//! Routers of axum.

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode},
};
use countersign_bench::{
    Delivery,
    servers::{Framework, Handler, PATH, Server, router},
};
use tower::Service;

use crate::{
    poll::{BATCH, now},
    table::Entry,
};

/// Every server of axum, and two that reject.
pub(crate) fn subjects(delivery: &Delivery) -> Vec<Entry> {
    let server = |handler| Server { framework: Framework::Axum, handler };
    let served = Handler::ALL.map(|handler| {
        Entry::of_server(server(handler), "", timed(router(handler), delivery, StatusCode::OK))
    });
    let unsigned = delivery.clone().without("x-webhook-signature");
    let refused = [Handler::Extractor, Handler::Behind].map(|handler| {
        let run = timed(router(handler), &unsigned, StatusCode::UNAUTHORIZED);
        Entry::of_server(server(handler), ", unsigned", run)
    });
    served.into_iter().chain(refused).collect()
}

/// Times a router that gets one delivery over and over.
pub(crate) fn timed(
    router: Router,
    delivery: &Delivery,
    expected: StatusCode,
) -> impl FnMut(u32) -> Duration + use<> {
    let mut service = router.into_service::<Body>();
    let headers = delivery.header_map();
    let body = delivery.body.clone();
    let request = move || {
        let mut request = Request::new(Body::from(body.clone()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = PATH.parse().unwrap();
        request.headers_mut().clone_from(&headers);
        request
    };
    move |times| {
        let mut took = Duration::ZERO;
        for _ in 0..times.div_ceil(BATCH) {
            let requests: Vec<_> = (0..BATCH).map(|_| request()).collect();
            let start = Instant::now();
            for request in requests {
                let response = now(service.call(request)).unwrap();
                assert_eq!(response.status(), expected);
            }
            took += start.elapsed();
        }
        took * times / (times.div_ceil(BATCH) * BATCH)
    }
}
