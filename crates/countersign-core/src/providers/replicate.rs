//! Webhooks of Replicate.
//!
//! - Replicate sends as [Standard Webhooks](super::standard_webhooks), with the headers
//!   `webhook-id`, `webhook-timestamp` and `webhook-signature`: `v1,` and base64.
//! - Tolerance: 300 s. Replicate sends the time to prevent replays, and documents no tolerance.
//! - Secret: `whsec_` and base64, one for each user or organization.
//! - The event's id is the signed header `webhook-id`. There is no type: the body is the prediction
//!   or the training itself, with its own `id` and `status`.
//!
//! Source: <https://replicate.com/docs/topics/webhooks/verify-webhook>, and `validateWebhook` of
//! the library `replicate` on npm.
//!
//! # Where the secret is
//!
//! In the API: `GET https://api.replicate.com/v1/webhooks/default/secret` with your API token
//! returns `{"key":"whsec_…"}`.
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
//! # Typed events
//!
//! [`events!`](crate::events) finds no type here, and reports an error for each delivery. Implement
//! [`Event`](crate::Event) for a type that reads the whole body, with all its members. A handler
//! takes the event as `Webhook<Prediction>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::providers::{Replicate, replicate};
//! use countersign::{Event, PayloadError, event::Delivery};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Prediction { id: String, status: String }
//!
//! impl Event for Prediction {
//!     type Provider = Replicate;
//!
//!     fn parse(delivery: &Delivery<'_>) -> Result<Self, PayloadError> {
//!         replicate::Event::parse(delivery)?.json.parse()
//!     }
//! }
//!
//! let body = r#"{"id":"p_1","status":"succeeded"}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! # let signer = Signer::<Replicate>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<Replicate>::new(secret)?.verify(&headers, body)?;
//! let event = Prediction::parse(&verified.delivery(&headers))?;
//! assert_eq!((&*event.id, &*event.status), ("p_1", "succeeded"));
//! // The event's id is in a header, which is signed.
//! assert_eq!(verified.signed_id(), Some("msg_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Replicate sends several deliveries for one prediction while it runs, and they may arrive out
//!   of order: check the `status`.
//! - Replicate's own library does not check the time: a delivery that it verifies can be replayed
//!   at any later time.

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

/// An event of Replicate: the signed id, and the prediction or training as JSON.
pub type Event = OpenEvent<Replicate>;
