//! A receiver in an AWS Lambda function: an axum router on `lambda_http`, behind an HTTP API of API
//! Gateway or a function URL.
//!
//! API Gateway passes the body as text or, if it treats the body as binary, in base64.
//! `lambda_http` decodes base64, so that the bytes are verified as the provider sent them.
//!
//! `cargo test -p lambda` sends both forms through the router. With
//! [cargo-lambda](https://www.cargo-lambda.info), the function also runs on your machine:
//!
//! ```sh
//! WEBHOOK_SECRET=secret cargo lambda watch -p lambda
//! ```
//!
//! In another shell:
//!
//! ```sh
//! cargo lambda invoke lambda --data-file examples/lambda/events/text.json
//! ```
//!
//! # Before you copy it
//!
//! - The timestamp of a signature is checked when the function runs. A function that handles
//!   deliveries from a queue, later, needs a longer tolerance.
//! - A named stage (`/prod`) is part of the path that the router gets. The stage `$default` is not.
//! - Instances do not share memory. To handle each event once, use `countersign-redis` or
//!   `countersign-postgres`.

use axum::{Router, routing::post};
use countersign::{
    Secrets, Verifier, Webhook,
    providers::{XWebhookSignature, x_webhook_signature::flat},
};

async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
    match event {
        flat::Event::UserCreated(user) => {
            format!("welcome, {}", user.data.name.as_deref().unwrap_or("stranger"))
        }
        other => format!("nothing to do for {}", other.event_type()),
    }
}

fn app(verifier: Verifier<XWebhookSignature>) -> Router {
    Router::new().route("/webhooks", post(on_event)).with_state(verifier)
}

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let verifier = Verifier::new(Secrets::from_env("WEBHOOK_SECRET")?)?;
    lambda_http::run(app(verifier)).await
}

#[cfg(test)]
mod tests {
    use axum::{
        body::to_bytes,
        http::{Request, StatusCode},
    };
    use countersign::Secret;
    use lambda_http::{Body, request::from_str};
    use tower::ServiceExt;

    use super::*;

    const TEXT: &str = include_str!("../events/text.json");
    const BASE64: &str = include_str!("../events/base64.json");

    async fn answer(event: &str) -> (StatusCode, String) {
        let request: Request<Body> = from_str(event).unwrap();
        let verifier = Verifier::new(Secret::new("secret").unwrap()).unwrap();
        let response = app(verifier).oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn verifies_the_bytes_in_both_forms_of_the_body() {
        for event in [TEXT, BASE64] {
            assert_eq!(answer(event).await, (StatusCode::OK, "welcome, Zoë".to_owned()));
        }
    }

    #[tokio::test]
    async fn rejects_changed_bodies() {
        // `eyJ` is `{"` in base64, and `eyI` is `{"` with other bits after it.
        for (event, from, to) in [(TEXT, "u_1", "u_2"), (BASE64, "eyJ", "eyI")] {
            assert!(event.contains(from));
            let (status, body) = answer(&event.replacen(from, to, 1)).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED);
            assert_eq!(body, r#"{"error":"Invalid signature"}"#);
        }
    }
}
