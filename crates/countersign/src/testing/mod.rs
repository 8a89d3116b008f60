//! Signed requests for your own tests.
//!
//! Use it to test handlers behind the verifier they have in production, with deliveries that were
//! really signed and with forged ones. It belongs to the development dependencies:
//! `cargo add --dev countersign --features testing`, beside the features you use otherwise.
//!
//! What it guarantees:
//! 1. nothing here switches verification off: a request passes because it is signed;
//! 2. a request is a `POST` of the body it was signed over, with `Content-Type: application/json`
//!    unless you set another, and the headers the provider would send;
//! 3. [`forged`](SignedRequest::forged) keeps all of it but one digit of the signature, so that a
//!    handler which does not verify takes it for genuine, and your test tells.
//!
//! A forged request is refused as one from outside: 401, and the reason is in the log alone.
//!
//! # Examples
//!
//! With axum; `http` makes requests for everything built on tower:
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
//! With a client of your choice, or none: [`headers`](SignedRequest::headers) and
//! [`body`](SignedRequest::body).
//!
//! # Deployment
//!
//! - Signing is no secret of the tests: give them a secret of their own, never the one in use.
//! - A package that is built for production should not have the feature. It opens no door there,
//!   but it has no use either.

#[cfg(feature = "actix-web")]
mod actix_web;
#[cfg(any(feature = "axum", feature = "tower"))]
mod http;
mod request;
#[cfg(test)]
mod tests;

pub use request::SignedRequest;
