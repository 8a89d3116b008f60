//! Signed requests for your own tests.
//!
//! Use it to test handlers behind the verifier of production, with genuine and with forged
//! deliveries. Add it to the development dependencies:
//! `cargo add --dev countersign --features testing`, together with the features that you already
//! use.
//!
//! The module guarantees:
//! 1. nothing here disables verification: a request is accepted only because it is signed;
//! 2. a request is a `POST` of the body that was signed, with the headers of the provider, and with
//!    `Content-Type: application/json` unless you set another type;
//! 3. [`forged`](SignedRequest::forged) changes only one digit of the signature. A handler that
//!    does not verify accepts the request, and your test fails.
//!
//! A forged request gets the same answer as a forged delivery from outside: 401, with the reason
//! only in the log.
//!
//! # Examples
//!
//! With axum. The method `http` makes requests for all services of tower:
//!
//! ```
//! # #[cfg(not(feature = "axum"))] fn main() {}
//! # #[cfg(feature = "axum")]
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use axum::{Router, body::Body, http::StatusCode, routing::post};
//! use countersign::providers::{XWebhookSignature, x_webhook_signature::flat};
//! use countersign::{Secret, Signer, Verifier, Webhook, testing::SignedRequest};
//! use tower::ServiceExt;
//!
//! async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
//!     event.event_type().to_owned()
//! }
//!
//! let secret = Secret::new("whsec_abc123")?;
//! let app = Router::new()
//!     .route("/webhooks", post(on_event))
//!     .with_state(Verifier::<XWebhookSignature>::new(secret.clone())?);
//!
//! let signer = Signer::<XWebhookSignature>::new(secret)?;
//! let genuine = SignedRequest::new(&signer, r#"{"type":"user.created","data":{"id":"u_1"}}"#)?;
//! let response = app.clone().oneshot(genuine.http::<Body>("/webhooks")?).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let forged = genuine.forged();
//! let response = app.oneshot(forged.http::<Body>("/webhooks")?).await?;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! With actix-web:
//!
//! ```
//! # #[cfg(not(feature = "actix-web"))] fn main() {}
//! # #[cfg(feature = "actix-web")]
//! # #[actix_web::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use actix_web::{App, http::StatusCode, test, web};
//! use countersign::providers::{GitHub, github};
//! use countersign::{Secret, Signer, Verifier, Webhook, testing::SignedRequest};
//!
//! async fn on_event(Webhook { event, .. }: Webhook<github::Event>) -> String {
//!     event.event_type
//! }
//!
//! let secret = Secret::new("It's a Secret to Everybody")?;
//! let app = test::init_service(
//!     App::new()
//!         .app_data(web::Data::new(Verifier::<GitHub>::new(secret.clone())?))
//!         .route("/webhooks", web::post().to(on_event)),
//! )
//! .await;
//!
//! let signer = Signer::<GitHub>::new(secret)?;
//! let genuine = SignedRequest::new(&signer, "{}")?.with_header("X-GitHub-Event", "ping");
//! let response = test::call_service(&app, genuine.actix("/webhooks").to_request()).await;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let forged = genuine.forged();
//! let response = test::call_service(&app, forged.actix("/webhooks").to_request()).await;
//! assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! For other clients, or for calls without a client, use [`headers`](SignedRequest::headers) and
//! [`body`](SignedRequest::body).
//!
//! # Deployment
//!
//! - Give the tests a secret of their own, never the one in use.
//! - Do not enable the feature `testing` in a package that is built for production. The feature
//!   does not weaken verification, but production code does not use it.
//!
//! Guide: [testing your handlers][guide]
//!
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/testing/index.html

#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(any(feature = "axum", feature = "tower"))]
mod http;
mod request;
#[cfg(test)]
mod tests;

pub use request::SignedRequest;
