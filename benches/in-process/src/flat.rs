//! Events in the flat shape of the in-house convention, which reads four members and skips the
//! rest, beside `Json` of the same struct.

use std::hint::black_box;

use axum::{Json, Router, body::Bytes, http::StatusCode, routing::post};
use countersign::{
    Secret, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};
use countersign_bench::{Delivery, SECRET, servers::PATH, tag};

use crate::{axum::timed, table::Entry};

/// The members of `flat::Event`, as a handler would write them.
#[derive(serde::Deserialize)]
#[allow(dead_code, reason = "members that a handler would parse")]
struct Whole {
    id: Option<String>,
    r#type: String,
    created_at: Option<String>,
    data: flat::Data,
}

pub(crate) const JSON: &str = "axum: Json, not verified, as flat::Event";
pub(crate) const RAW: &str = "axum: bare + HMAC + JSON (limit), as flat::Event";
pub(crate) const EVENT: &str = "axum: Webhook<flat::Event>";

pub(crate) fn subjects(delivery: &Delivery) -> Vec<Entry> {
    async fn json(Json(whole): Json<Whole>) -> StatusCode {
        black_box(whole);
        StatusCode::OK
    }
    async fn raw(body: Bytes) -> StatusCode {
        black_box(tag(&body));
        black_box(serde_json::from_slice::<Whole>(&body).unwrap());
        StatusCode::OK
    }
    async fn event(Webhook { event, .. }: Webhook<flat::Event>) -> StatusCode {
        black_box(event);
        StatusCode::OK
    }
    let verifier = Verifier::<XWebhookSignature>::new(Secret::new(SECRET).unwrap()).unwrap();
    let router = |route| Router::new().route(PATH, route);
    let with_state = Router::new().route(PATH, post(event)).with_state(verifier);
    [(JSON, router(post(json))), (RAW, router(post(raw))), (EVENT, with_state)]
        .map(|(name, router)| {
            Entry::new(name, "axum: bare", Some(RAW), timed(router, delivery, StatusCode::OK))
        })
        .into()
}
