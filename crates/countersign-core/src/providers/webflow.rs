//! Webhooks of Webflow.
//!
//! - Headers: `X-Webflow-Signature`, 64 hex digits, and `X-Webflow-Timestamp` in milliseconds.
//! - Signature: HMAC-SHA256 over the timestamp, a colon and the body, with the secret's text.
//! - Tolerance: 300 s, as Webflow advises. Webflow's library does not check the time.
//! - The event's type is `triggerType`, such as `form_submission`, and its data is `payload`. Both
//!   are in the body, and are therefore signed. The event has no id.
//!
//! Source: <https://developers.webflow.com/data/docs/working-with-webhooks>, and
//! `webhooks.verifySignature` of the library `webflow-api` on npm.
//!
//! # Where the secret is
//!
//! For a webhook that an OAuth app created: the app's client secret. Webhooks that were created in
//! a site's dashboard may come without a signature, and are then rejected.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Webflow, webflow};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_webflow(Webhook { event, .. }: Webhook<webflow::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "client_secret_1";
//! let verifier = Verifier::<Webflow>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/webflow", post(on_webflow)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Webflow>::new(Secret::new(secret)?)?;
//! # let body = r#"{"triggerType":"form_submission","payload":{}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/webflow")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/webflow")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `triggerType`, and the data from the
//! member `payload`. To read members beside them, parse the verified bytes as a second type. A
//! handler takes the event as `Webhook<FormEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, event::RawJson, events, providers::Webflow};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of the payload that you need.
//!     pub enum FormEvent for Webflow { "form_submission" => Submitted(RawJson) }
//! }
//!
//! let body = r#"{"triggerType":"form_submission","payload":{}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("client_secret_1")?;
//! # let signer = Signer::<Webflow>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<Webflow>::new(secret)?.verify(&headers, body)?;
//! let event = FormEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, FormEvent::Submitted(payload) if payload.as_str() == "{}"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Webflow does not document whether a retry is signed anew. If the log reports stale times whose
//!   `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Webflow documents the signed text as `JSON.stringify` of the parsed body. According to its
//!   documentation, it sends the same text. If deliveries are rejected, try
//!   [`BodyForm::JavaScript`](crate::scheme::BodyForm::JavaScript).
//! - There is no id: a delivery must do no harm when it is handled twice.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Webflow as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Webflow;

impl Provider for Webflow {
    const NAME: &'static str = "webflow";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webflow-Signature"])
        .timestamp(Timestamp::header(&["X-Webflow-Timestamp"], TimestampUnit::Milliseconds))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt =
        EventAt::OPEN.event_type(Location::Body(&["triggerType"])).data("payload");
}

/// An event of Webflow: the type, and the whole event as JSON.
pub type Event = OpenEvent<Webflow>;
