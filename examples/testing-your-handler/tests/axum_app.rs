//! The axum app, in this process: no server, no socket, and a real verifier with secrets of the
//! test.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::StatusCode,
};
use countersign::{
    Secret, Secrets, Signer, Verifier, providers::XWebhookSignature, testing::SignedRequest,
};
use testing_your_handler::axum_app;
use tower::ServiceExt;

const USER: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}"#;

/// An app that accepts `new`, and `old` while it is being retired.
fn app() -> Router {
    let secrets = Secrets::new(Secret::new("new").unwrap());
    let secrets = secrets.with_retired(Secret::new("old").unwrap()).unwrap();
    axum_app(Verifier::new(secrets).unwrap())
}

fn signed(secret: &str, body: &str) -> SignedRequest {
    let signer = Signer::<XWebhookSignature>::new(Secret::new(secret).unwrap()).unwrap();
    SignedRequest::new(&signer, body).unwrap()
}

async fn send(app: &Router, request: &SignedRequest) -> (StatusCode, String) {
    let request = request.http::<Body>("/webhooks").unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 1024).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn accepts_a_genuine_delivery() {
    let answer = send(&app(), &signed("new", USER)).await;
    assert_eq!(answer, (StatusCode::OK, "welcome, Zoe".to_owned()));
}

#[tokio::test]
async fn refuses_forged_deliveries_without_an_effect() {
    let app = app();
    let genuine = signed("new", USER);
    for forged in [
        genuine.clone().forged(),
        genuine.clone().with_body(USER.replace("Zoe", "Mallory")),
        genuine.clone().without_signature(),
        signed("a secret of somebody else", USER),
    ] {
        let (status, body) = send(&app, &forged).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(body, r#"{"error":"Invalid signature"}"#);
    }
    // The forged deliveries had the same id, but the app did not mark it as handled.
    let answer = send(&app, &genuine).await;
    assert_eq!(answer, (StatusCode::OK, "welcome, Zoe".to_owned()));
}

#[tokio::test]
async fn keeps_an_event_of_an_unknown_type() {
    let body = r#"{"id":"evt_2","type":"invoice.sent","data":[1,2]}"#;
    let answer = send(&app(), &signed("new", body)).await;
    assert_eq!(answer, (StatusCode::OK, "kept 49 bytes of invoice.sent".to_owned()));
}

#[tokio::test]
async fn handles_an_event_once_whichever_secret_signs_it() {
    let app = app();
    let (before, after) = (signed("old", USER), signed("new", USER));
    for (delivery, expected) in
        [(&before, "welcome, Zoe"), (&before, "handled before"), (&after, "handled before")]
    {
        assert_eq!(send(&app, delivery).await, (StatusCode::OK, expected.to_owned()));
    }
}

#[tokio::test]
async fn refuses_what_was_signed_and_does_not_fit() {
    for (body, status) in [
        ("not JSON", StatusCode::BAD_REQUEST),
        (r#"{"type":"user.created","data":7}"#, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let answer = send(&app(), &signed("new", body)).await;
        assert_eq!(answer, (status, r#"{"error":"Invalid payload"}"#.to_owned()), "{body}");
    }
}
