//! Servers of axum.

use std::hint::black_box;

use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use countersign::{
    VerifiedBody, Verifier, Webhook, providers::XWebhookSignature, tower::VerifyLayer,
};

use super::{Handler, PATH};
use crate::{PaymentEvent, SECRET, Whole, delivery::text, tag, verify_by_hand};

/// Makes a router with this handler.
pub fn router(handler: Handler) -> Router {
    let verifier = Verifier::<XWebhookSignature>::new(text()).unwrap();
    let layer = VerifyLayer::new(verifier.clone());
    // Only handlers that need the verifier have it in the state, because a state is cloned for each
    // request.
    let without = |route| Router::new().route(PATH, route);
    let with = |route| Router::new().route(PATH, route).with_state(verifier);
    match handler {
        Handler::Bare => without(post(bare)),
        Handler::Raw => without(post(raw)),
        Handler::Extractor => with(post(extractor)),
        Handler::Behind => without(post(bare)).route_layer(layer),
        Handler::ByHand => without(post(by_hand)),
        Handler::Json => without(post(json)),
        Handler::RawJson => without(post(raw_json)),
        Handler::Event => with(post(event)),
        Handler::BehindJson => without(post(json)).route_layer(layer),
        Handler::BehindEvent => with(post(event)).route_layer(layer),
        Handler::ByHandJson => without(post(by_hand_json)),
    }
}

async fn bare(body: Bytes) -> StatusCode {
    black_box(body);
    StatusCode::OK
}

async fn raw(body: Bytes) -> StatusCode {
    black_box(tag(&body));
    StatusCode::OK
}

async fn extractor(VerifiedBody(verified): VerifiedBody<XWebhookSignature>) -> StatusCode {
    black_box(verified);
    StatusCode::OK
}

async fn by_hand(headers: HeaderMap, body: Bytes) -> StatusCode {
    match is_genuine(&headers, &body) {
        true => StatusCode::OK,
        false => StatusCode::UNAUTHORIZED,
    }
}

async fn json(Json(whole): Json<Whole>) -> StatusCode {
    black_box(whole);
    StatusCode::OK
}

async fn raw_json(body: Bytes) -> StatusCode {
    black_box(tag(&body));
    parse(&body)
}

async fn event(Webhook { event, .. }: Webhook<PaymentEvent>) -> StatusCode {
    black_box(event);
    StatusCode::OK
}

async fn by_hand_json(headers: HeaderMap, body: Bytes) -> StatusCode {
    match is_genuine(&headers, &body) {
        true => parse(&body),
        false => StatusCode::UNAUTHORIZED,
    }
}

fn parse(body: &[u8]) -> StatusCode {
    match serde_json::from_slice::<Whole>(body) {
        Ok(whole) => {
            black_box(whole);
            StatusCode::OK
        }
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

fn is_genuine(headers: &HeaderMap, body: &[u8]) -> bool {
    let signature = headers.get("X-Webhook-Signature").and_then(|value| value.to_str().ok());
    verify_by_hand(SECRET, signature, body)
}
