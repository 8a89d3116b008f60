//! Webhooks of Clerk.
//!
//! - Clerk sends through Svix, as [Standard Webhooks](super::standard_webhooks), with the headers
//!   `svix-id`, `svix-timestamp` and `svix-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in the library.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed header `svix-id`. The event's `type` is in the body, and is
//!   therefore signed.
//!
//! Source: <https://clerk.com/docs/guides/development/webhooks/overview>, and `verifyWebhook` of
//! the library `@clerk/backend` on npm.
//!
//! # Where the secret is
//!
//! In the dashboard: Webhooks, the endpoint, "Signing Secret". It is not the API's secret key.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Clerk, clerk};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_clerk(Webhook { event, .. }: Webhook<clerk::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
//! let verifier = Verifier::<Clerk>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/clerk", post(on_clerk)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Clerk>::new(Secret::new(secret)?)?;
//! # let body = r#"{"type":"user.created","object":"event","data":{"id":"user_1"}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()).id("msg_1"), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/clerk")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/clerk")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. To read the members beside them, such as `object`, parse the verified bytes as a second
//! type. A handler takes the event as `Webhook<UserEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Clerk};
//!
//! #[derive(serde::Deserialize)]
//! pub struct User { id: String }
//!
//! events! {
//!     pub enum UserEvent for Clerk { "user.created" => Created(User) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { object: String }
//!
//! let body = r#"{"type":"user.created","object":"event","data":{"id":"user_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! # let signer = Signer::<Clerk>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<Clerk>::new(secret)?.verify(&headers, body)?;
//! let event = UserEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, UserEvent::Created(User { id }) if id == "user_1"));
//! assert_eq!(verified.json::<Members>()?.object, "event");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - `data.id` is the id of the user or organization, not of the event.
//! - Deliveries arrive after the change, and in any order. The sign-up of a user must not wait for
//!   a delivery.

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Clerk as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Clerk;

impl Provider for Clerk {
    const NAME: &'static str = "clerk";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["svix-signature"], &["svix-id"], &["svix-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// An event of Clerk: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Clerk>;
