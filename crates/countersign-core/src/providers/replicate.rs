//! Replicate.
//!
//! - As [Standard Webhooks](super::standard_webhooks), with the headers `webhook-id`,
//!   `webhook-timestamp` and `webhook-signature`: `v1,` and base64.
//! - Tolerance: 300 s. Replicate sends the time against replays, and names no tolerance.
//! - Secret: `whsec_` and base64, one for each user or organization.
//! - The event's id is the signed `webhook-id`. There is no type: the body is the prediction or the
//!   training itself, with an `id` and a `status` of its own.
//!
//! Source: <https://replicate.com/docs/topics/webhooks/verify-webhook>, and `validateWebhook` of
//! the library `replicate` on npm.
//!
//! # Where the secret is
//!
//! The API tells it: `GET https://api.replicate.com/v1/webhooks/default/secret` with your API token
//! answers `{"key":"whsec_…"}`.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Replicate, replicate};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_replicate(Webhook { event, .. }: Webhook<replicate::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.id, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
//! let verifier = Verifier::<Replicate>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/replicate", post(on_replicate)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Replicate>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"p_1","status":"succeeded"}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()).id("msg_1"), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/replicate")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/replicate")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Several deliveries tell of one prediction as it goes on, and may come out of order: look at
//!   the `status`.
//! - Replicate's own library does not look at the time: what it verifies can be replayed for ever.

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// Replicate as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Replicate;

impl Provider for Replicate {
    const NAME: &'static str = "replicate";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["webhook-signature"], &["webhook-id"], &["webhook-timestamp"]);
    const EVENT: EventAt = EventAt::OPEN.id(Location::SignedId);
}

/// What Replicate tells: the signed id, and the prediction or training as JSON.
pub type Event = OpenEvent<Replicate>;
