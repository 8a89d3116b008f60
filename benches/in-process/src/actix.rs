//! Apps of actix-web.

use std::time::{Duration, Instant};

use actix_web::{App, http::StatusCode, test, web::ServiceConfig};
use countersign_bench::{
    Delivery,
    servers::{Framework, Handler, PATH, Server, configure},
};

use crate::{
    poll::{BATCH, now},
    table::Entry,
};

/// Every server of actix-web, and two that reject.
pub(crate) async fn subjects(delivery: &Delivery) -> Vec<Entry> {
    let mut subjects = Vec::new();
    let server = |handler| Server { framework: Framework::Actix, handler };
    for handler in Handler::ALL {
        let run = timed(configure(handler), delivery, StatusCode::OK).await;
        subjects.push(Entry::of_server(server(handler), "", run));
    }
    let unsigned = delivery.clone().without("x-webhook-signature");
    for handler in [Handler::Extractor, Handler::Behind] {
        let run = timed(configure(handler), &unsigned, StatusCode::UNAUTHORIZED).await;
        subjects.push(Entry::of_server(server(handler), ", unsigned", run));
    }
    subjects
}

/// Times an app that gets one delivery over and over.
pub(crate) async fn timed(
    configure: impl Fn(&mut ServiceConfig),
    delivery: &Delivery,
    expected: StatusCode,
) -> impl FnMut(u32) -> Duration + 'static {
    let app = test::init_service(App::new().configure(configure)).await;
    let delivery = delivery.clone();
    let request = move || {
        let mut request = test::TestRequest::post().uri(PATH);
        for (name, value) in &delivery.headers {
            request = request.insert_header((name.as_str(), value.as_str()));
        }
        request.set_payload(delivery.body.clone()).to_request()
    };
    move |times| {
        let mut took = Duration::ZERO;
        for _ in 0..times.div_ceil(BATCH) {
            let requests: Vec<_> = (0..BATCH).map(|_| request()).collect();
            let start = Instant::now();
            for request in requests {
                let response = now(test::call_service(&app, request));
                assert_eq!(response.status(), expected);
            }
            took += start.elapsed();
        }
        took * times / (times.div_ceil(BATCH) * BATCH)
    }
}
