//! A second endpoint of a provider, declared in another crate than the provider.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, Request, StatusCode},
    routing::post,
};
use countersign::{
    Provider, Secret, Signer, Verifier, Webhook,
    idempotency::{Idempotency, MemoryStore},
    providers::{EndpointOf, GitHub, Shopify, github},
    tower::{IdempotencyLayer, VerifyLayer},
};
use tower::{ServiceBuilder, ServiceExt};

struct ShopifyEu;

impl EndpointOf for ShopifyEu {
    type Provider = Shopify;
    const NAME: &'static str = "shopify-eu";
}

struct GitHubEu;

impl EndpointOf for GitHubEu {
    type Provider = GitHub;
    const NAME: &'static str = "github-eu";
}

fn secret() -> Secret {
    Secret::new("secret").unwrap()
}

/// Signs a delivery, and adds these fields.
fn delivery<P: Provider>(fields: &[(&str, &str)], body: &'static str) -> Request<Body> {
    let signed = Signer::<P>::new(secret()).unwrap().sign(body.as_bytes()).unwrap();
    let mut request = Request::post("/");
    for (name, value) in signed {
        request = request.header(name, value);
    }
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body)).unwrap()
}

#[tokio::test]
async fn events_of_one_order_at_a_second_endpoint_are_three_events() {
    type Topics = Arc<Mutex<Vec<String>>>;

    async fn handle(State(topics): State<Topics>, headers: HeaderMap) {
        topics.lock().unwrap().push(headers["X-Shopify-Topic"].to_str().unwrap().to_owned());
    }

    let verifier = Verifier::<ShopifyEu>::new(secret()).unwrap();
    let idempotency = Idempotency::new(MemoryStore::new());
    let topics = Topics::default();
    let app = Router::new()
        .route("/", post(handle))
        .route_layer(
            ServiceBuilder::new()
                .layer(VerifyLayer::new(verifier.clone()))
                .layer(IdempotencyLayer::new(&verifier, idempotency)),
        )
        .with_state(topics.clone());

    // Shopify sends the order with each of its topics. Each delivery has the same `id`, and its
    // topic is not signed.
    let sent = ["orders/create", "orders/paid", "orders/cancelled"];
    let mut statuses = Vec::new();
    for (number, topic) in ["1", "2", "3"].into_iter().zip(sent) {
        let fields = [("X-Shopify-Topic", topic), ("X-Shopify-Webhook-Id", number)];
        let order = delivery::<ShopifyEu>(&fields, r#"{"id":820982911946154508,"total":"1.00"}"#);
        statuses.push(app.clone().oneshot(order).await.unwrap().status());
    }
    assert_eq!(statuses, [StatusCode::OK; 3]);
    assert_eq!(*topics.lock().unwrap(), sent);
}

#[tokio::test]
async fn github_at_a_second_endpoint_uses_the_same_event_headers() {
    async fn handle(Webhook { event, .. }: Webhook<github::Event, GitHubEu>) -> String {
        format!("{} {}", event.event_type, event.id.unwrap_or_default())
    }

    let verifier = Verifier::<GitHubEu>::new(secret()).unwrap();
    assert_eq!(verifier.get_endpoint(), "github-eu");
    let app = Router::new().route("/", post(handle)).with_state(verifier);
    let fields = [("X-GitHub-Event", "push"), ("X-GitHub-Delivery", "72d3162e")];
    let push = delivery::<GitHubEu>(&fields, r#"{"ref":"refs/heads/main"}"#);
    let response = app.oneshot(push).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    assert_eq!(body, "push 72d3162e");
}
