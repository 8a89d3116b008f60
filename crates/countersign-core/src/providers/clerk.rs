//! Clerk.
//!
//! - Sent by Svix, as [Standard Webhooks](super::standard_webhooks) with the headers `svix-id`,
//!   `svix-timestamp` and `svix-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in the library.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed `svix-id`, its `type` is in the body: both are signed.
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
//! # Pitfalls
//!
//! - `data.id` is that of the user or organization, not of the event.
//! - Deliveries come after the fact and in any order: do not wait for one while somebody signs up.

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

/// What Clerk tells: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Clerk>;
