//! Deliveries that were refused, from the verifier to the page.

#![cfg(feature = "refusals")]
#![allow(clippy::unwrap_used, reason = "a panic is the report")]

mod common;

use std::time::{Duration, Instant};

use axum::{
    Router,
    body::Body,
    http::Request as HttpRequest,
    routing::{post, post_service},
};
use common::Desk;
use countersign::{
    Secret, Signer, Verifier,
    explain::{ExplainRefusals as _, Refusals},
    inbox::Inbox,
    providers::XWebhookSignature,
    testing::SignedRequest,
    tower::VerifyLayer,
};
use countersign_console::{Console, Operator, Request};
use tower::ServiceExt as _;

const BODY: &str = r#"{"id":"evt_1","type":"user.created","data":{"note":"<b>private</b>"}}"#;

#[tokio::test]
async fn a_refusal_has_its_reason_and_its_likely_cause() {
    let desk = Desk::with(0).await;
    let refusals = Refusals::new();
    let secret = Secret::new("secret").unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret.clone()).unwrap();
    let verifier = verifier.endpoint("hooks").keep_refusals(&refusals);
    let (accept, _worker) =
        Inbox::new(desk.inbox.clone()).split(&verifier, Router::<()>::new().fallback(|| async {}));
    let app: Router = Router::new().route("/", post_service(accept));
    let signer = Signer::<XWebhookSignature>::new(secret).unwrap();
    let signed = SignedRequest::new(&signer, BODY).unwrap();
    let mut statuses = Vec::new();
    for request in [signed.clone(), signed.clone()] {
        let request = request.http::<Body>("/").unwrap();
        statuses.push(app.clone().oneshot(request).await.unwrap().status().as_u16());
    }
    let tag = signed.headers().find(|(name, _)| name.eq_ignore_ascii_case("x-webhook-signature"));
    // The sender trimmed what it signed.
    let changed = HttpRequest::post("/").header("X-Webhook-Signature", tag.unwrap().1);
    let changed = changed.body(Body::from(format!("{BODY}\n"))).unwrap();
    statuses.push(app.clone().oneshot(changed).await.unwrap().status().as_u16());
    let bare = HttpRequest::post("/").body(Body::empty()).unwrap();
    statuses.push(app.oneshot(bare).await.unwrap().status().as_u16());
    assert_eq!(statuses, [200, 200, 401, 401]);

    let end = Instant::now() + Duration::from_secs(30);
    while refusals.get(1).unwrap().verdict.is_none() {
        assert!(Instant::now() < end, "no verdict: {:?}", refusals.list());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
    let console = console.refusals(&refusals).bodies_need_permission();
    let ask =
        async |target, operator| console.handle(Request::get(target).operator(operator)).await;
    let (reader, guest) = (Operator::new("a").reads_bodies(), Operator::new("b"));

    let list = ask("/refused", guest.clone()).await;
    for text in
        ["hooks", "401", "the signature header is missing", "without the line break at its end"]
    {
        assert!(list.text().contains(text), "{text}: {}", list.text());
    }
    let page = ask("/refused/1", reader.clone()).await;
    assert!(page.text().contains("?body=1") && !page.text().contains("private"));
    let page = ask("/refused/1?body=1", reader).await;
    assert!(page.text().contains("&#60;b&#62;private"), "{}", page.text());
    let page = ask("/refused/1?body=1", guest.clone()).await;
    assert!(page.text().contains("You may not read bodies.") && !page.text().contains("private"));
    assert_eq!(ask("/refused/9", guest.clone()).await.status, 404);

    let overview = ask("/overview?span=hour", guest).await;
    for reason in ["duplicate", "mismatch", "missing_signature"] {
        assert!(overview.text().contains(&format!("<td>{reason}</td>")), "{}", overview.text());
    }
    assert!(overview.text().contains("2 refused in the last hour"));
}

#[tokio::test]
async fn a_sentence_explains_endpoints_that_are_counted_together() {
    let (desk, refusals) = (Desk::with(0).await, Refusals::new());
    let console = Console::new(desk.inbox.clone()).unwrap().guarded_by_a_layer_of_mine();
    let console = console.refusals(&refusals);
    let secret = Secret::new("secret").unwrap();
    let verifier = Verifier::<XWebhookSignature>::new(secret).unwrap();
    let refuse = async |endpoint: String| {
        let layer = VerifyLayer::new(verifier.clone().endpoint(endpoint).keep_refusals(&refusals));
        let app: Router = Router::new().route("/", post(|| async {})).route_layer(layer);
        let bare = HttpRequest::post("/").body(Body::empty()).unwrap();
        assert_eq!(app.oneshot(bare).await.unwrap().status(), 401);
    };
    let others = "is not the name of an endpoint";
    for number in 0..500 {
        refuse(format!("hooks-{number}")).await;
    }
    let page = console.handle(Request::get("/overview")).await;
    let page = page.text();
    assert!(page.contains("hooks-499") && !page.contains(others), "{page}");
    refuse("hooks-500".to_owned()).await;
    let page = console.handle(Request::get("/overview")).await;
    let page = page.text();
    assert!(!page.contains("hooks-500") && page.contains("<td>(others)</td>"), "{page}");
    assert!(page.contains(others), "{page}");
}

#[tokio::test]
async fn the_page_is_off_by_default() {
    let desk = Desk::with(0).await;
    assert_eq!(desk.get("/refused").await.status, 404);
    assert!(!desk.get("/").await.text().contains("/refused"));
}
