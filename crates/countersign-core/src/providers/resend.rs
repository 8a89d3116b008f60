//! Webhooks of Resend.
//!
//! - Resend sends through Svix, as [Standard Webhooks](super::standard_webhooks), with the headers
//!   `svix-id`, `svix-timestamp` and `svix-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in the library.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed header `svix-id`. The event's `type` is in the body, and is
//!   therefore signed.
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
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. An [`Envelope`](crate::event::Envelope) around the data also holds the event's id and
//! `created_at`. To read other members, parse the verified bytes as a second type. A handler takes
//! the event as `Webhook<EmailEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::event::{Envelope, RawJson};
//! use countersign::{Event, events, providers::Resend};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of an email that you need.
//!     pub enum EmailEvent for Resend { "email.delivered" => Delivered(Envelope<RawJson>) }
//! }
//!
//! let body = r#"{"type":"email.delivered","created_at":"2026-11-21T10:00:00.000Z","data":{}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! # let signer = Signer::<Resend>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("msg_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<Resend>::new(secret)?.verify(&headers, body)?;
//! let event = EmailEvent::parse(&verified.delivery(&headers))?;
//! assert_eq!(event.id(), Some("msg_1"));
//! let EmailEvent::Delivered(delivered) = event else { panic!() };
//! assert_eq!(delivered.created_at.as_deref(), Some("2026-11-21T10:00:00.000Z"));
//! assert_eq!(delivered.data.as_str(), "{}");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - `data` holds addresses and subjects of mail: decide whether you may log it.
//! - One mail has many events, and they arrive in any order: a late event may be out of date.

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

/// An event of Resend: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Resend>;
