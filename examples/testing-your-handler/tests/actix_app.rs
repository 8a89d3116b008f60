//! The actix app, in this process: no server, no socket, and a real verifier with secrets of the
//! test.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use actix_web::{
    App,
    dev::ServiceResponse,
    http::StatusCode,
    test::{call_service, init_service, read_body},
};
use countersign::{
    Secret, Secrets, Signer, Verifier, providers::XWebhookSignature, testing::SignedRequest,
};
use testing_your_handler::actix_app;

const USER: &str = r#"{"id":"evt_1","type":"user.created","data":{"name":"Zoe"}}"#;

/// The verifier of an app that accepts `new`, and `old` while it is being retired.
fn verifier() -> Verifier<XWebhookSignature> {
    let secrets = Secrets::new(Secret::new("new").unwrap());
    Verifier::new(secrets.with_retired(Secret::new("old").unwrap()).unwrap()).unwrap()
}

fn signed(secret: &str, body: &str) -> SignedRequest {
    let signer = Signer::<XWebhookSignature>::new(Secret::new(secret).unwrap()).unwrap();
    SignedRequest::new(&signer, body).unwrap()
}

async fn read(response: ServiceResponse) -> (StatusCode, String) {
    let status = response.status();
    let body = read_body(response).await;
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn accepts_a_genuine_delivery() {
    let app = init_service(App::new().configure(actix_app(verifier()))).await;
    let request = signed("new", USER).actix("/webhooks").to_request();
    let answer = read(call_service(&app, request).await).await;
    assert_eq!(answer, (StatusCode::OK, "welcome, Zoe".to_owned()));
}

#[actix_web::test]
async fn refuses_forged_deliveries_without_an_effect() {
    let app = init_service(App::new().configure(actix_app(verifier()))).await;
    let genuine = signed("new", USER);
    for forged in [
        genuine.clone().forged(),
        genuine.clone().with_body(USER.replace("Zoe", "Mallory")),
        genuine.clone().without_signature(),
        signed("a secret of somebody else", USER),
    ] {
        let request = forged.actix("/webhooks").to_request();
        let (status, body) = read(call_service(&app, request).await).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
        assert_eq!(body, r#"{"error":"Invalid signature"}"#);
    }
    // The forged deliveries had the same id, but the app did not mark it as handled.
    let request = genuine.actix("/webhooks").to_request();
    let answer = read(call_service(&app, request).await).await;
    assert_eq!(answer, (StatusCode::OK, "welcome, Zoe".to_owned()));
}

#[actix_web::test]
async fn keeps_an_event_of_an_unknown_type() {
    let app = init_service(App::new().configure(actix_app(verifier()))).await;
    let body = r#"{"id":"evt_2","type":"invoice.sent","data":[1,2]}"#;
    let request = signed("new", body).actix("/webhooks").to_request();
    let answer = read(call_service(&app, request).await).await;
    assert_eq!(answer, (StatusCode::OK, "kept 49 bytes of invoice.sent".to_owned()));
}

#[actix_web::test]
async fn handles_an_event_once_whichever_secret_signs_it() {
    let app = init_service(App::new().configure(actix_app(verifier()))).await;
    let (before, after) = (signed("old", USER), signed("new", USER));
    for (delivery, expected) in
        [(&before, "welcome, Zoe"), (&before, "handled before"), (&after, "handled before")]
    {
        let request = delivery.actix("/webhooks").to_request();
        let answer = read(call_service(&app, request).await).await;
        assert_eq!(answer, (StatusCode::OK, expected.to_owned()));
    }
}

#[actix_web::test]
async fn refuses_what_was_signed_and_does_not_fit() {
    let app = init_service(App::new().configure(actix_app(verifier()))).await;
    for (body, status) in [
        ("not JSON", StatusCode::BAD_REQUEST),
        (r#"{"type":"user.created","data":7}"#, StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let request = signed("new", body).actix("/webhooks").to_request();
        let answer = read(call_service(&app, request).await).await;
        assert_eq!(answer, (status, r#"{"error":"Invalid payload"}"#.to_owned()), "{body}");
    }
}
