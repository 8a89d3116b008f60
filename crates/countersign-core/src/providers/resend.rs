//! Resend.
//!
//! - Sent by Svix, as [Standard Webhooks](super::standard_webhooks) with the headers `svix-id`,
//!   `svix-timestamp` and `svix-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in the library.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed `svix-id`, its `type` is in the body: both are signed.
//!
//! Source: <https://resend.com/docs/webhooks/verify-webhooks-requests>, and `webhooks.verify` of
//! the library `resend` on npm.
//!
//! # Where the secret is
//!
//! In the dashboard: Webhooks, the endpoint, "Signing Secret". It is not the API key.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Resend, resend};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_resend(Webhook { event, .. }: Webhook<resend::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
//! let verifier = Verifier::<Resend>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/resend", post(on_resend)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Resend>::new(Secret::new(secret)?)?;
//! # let body = r#"{"type":"email.delivered","created_at":"2026-11-21T10:00:00.000Z","data":{}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()).id("msg_1"), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/resend")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/resend")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - `data` holds addresses and subjects of mail: think before you log it.
//! - Mail has many events, and they come in any order: one that is late is no news.

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Resend as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Resend;

impl Provider for Resend {
    const NAME: &'static str = "resend";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["svix-signature"], &["svix-id"], &["svix-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// What Resend tells: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Resend>;
