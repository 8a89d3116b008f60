//! Services of tower, without a framework.

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, Instant},
};

use bytes::Bytes;
use countersign::{Secret, Verifier, providers::XWebhookSignature, tower::VerifyLayer};
use countersign_bench::{Delivery, SECRET, tag};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, service_fn};

use crate::{
    poll::{BATCH, now},
    table::Entry,
};

const BARE: &str = "tower: bare";
const RAW: &str = "tower: bare + HMAC (limit)";

/// Services that read the body: bare, with the raw HMAC, and behind the layer.
pub(crate) fn subjects(delivery: &Delivery) -> Vec<Entry> {
    let bare = service_fn(|request: Request<Full<Bytes>>| async {
        black_box(request.into_body().collect().await.unwrap().to_bytes());
        answer()
    });
    let raw = service_fn(|request: Request<Full<Bytes>>| async {
        black_box(tag(&request.into_body().collect().await.unwrap().to_bytes()));
        answer()
    });
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    let behind = service_fn(|request: Request<countersign::tower::RequestBody>| async {
        black_box(request.into_body().collect().await.unwrap().to_bytes());
        answer()
    });
    let behind = VerifyLayer::new(verifier).layer(behind);
    vec![
        Entry::new(BARE, BARE, Some(RAW), timed(bare, delivery)),
        Entry::new(RAW, BARE, Some(RAW), timed(raw, delivery)),
        Entry::new("tower: behind the layer", BARE, Some(RAW), timed(behind, delivery)),
    ]
}

fn answer() -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::default()))
}

/// Times a service that gets one delivery over and over.
pub(crate) fn timed<S, B>(
    mut service: S,
    delivery: &Delivery,
) -> impl FnMut(u32) -> Duration + use<S, B>
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>> + 'static,
    S::Error: std::fmt::Debug,
{
    let headers = delivery.header_map();
    let body = delivery.body.clone();
    let request = move || {
        let mut request = Request::new(Full::new(body.clone()));
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
                assert_eq!(response.status(), 200);
            }
            took += start.elapsed();
        }
        took * times / (times.div_ceil(BATCH) * BATCH)
    }
}
