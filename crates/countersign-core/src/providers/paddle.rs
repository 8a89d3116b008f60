//! Webhooks of Paddle Billing. (Paddle Classic signs in another way, with a key pair.)
//!
//! - Header: `Paddle-Signature: ts=1671552777;h1=…[;h1=…]`. It holds 1 to 8 entries `h1`, and any
//!   of them may match: while a secret is being rotated, Paddle signs with both secrets.
//! - Signature: HMAC-SHA256 in hex over the timestamp, a colon and the body, with the secret's
//!   text.
//! - Tolerance: 5 s, as in Paddle's libraries.
//! - The event's `event_id` (`evt_…`) and `event_type` are in the body, and are therefore signed.
//!
//! Source: <https://developer.paddle.com/webhooks/about/signature-verification>, and the libraries
//! `@paddle/paddle-node-sdk` on npm and `paddle-python-sdk` on PyPI.
//!
//! # Where the secret is
//!
//! In Paddle: Developer Tools, Notifications, the destination's "Secret key" (`pdl_ntfset_…`). Each
//! destination has its own. It is not the API key.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Paddle, paddle};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_paddle(Webhook { event, .. }: Webhook<paddle::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "pdl_ntfset_01_abc";
//! let verifier = Verifier::<Paddle>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/paddle", post(on_paddle)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Paddle>::new(Secret::new(secret)?)?;
//! # let body = r#"{"event_id":"evt_1","event_type":"transaction.paid","data":{}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/paddle")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/paddle")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `event_type`, and the data from the
//! member `data`. To read the members beside them, such as `notification_id`, parse the verified
//! bytes as a second type. A handler takes the event as `Webhook<TransactionEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, event::RawJson, events, providers::Paddle};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of a transaction that you need.
//!     pub enum TransactionEvent for Paddle { "transaction.paid" => Paid(RawJson) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { notification_id: String }
//!
//! let body = r#"{"event_id":"evt_1","event_type":"transaction.paid",
//!     "notification_id":"ntf_1","data":{}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("pdl_ntfset_01_abc")?;
//! # let signer = Signer::<Paddle>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<Paddle>::new(secret)?.verify(&headers, body)?;
//! let event = TransactionEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, TransactionEvent::Paid(data) if data.as_str() == "{}"));
//! assert_eq!(verified.json::<Members>()?.notification_id, "ntf_1");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Paddle does not document whether a retry is signed anew. If the log reports stale times whose
//!   `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Five seconds is short: a server whose clock is off, or a server behind a queue, rejects all
//!   deliveries. [`Verifier::tolerance`](crate::Verifier::tolerance) sets a longer time.
//! - Events arrive in any order, and more than once. `event_id` identifies a duplicate,
//!   `occurred_at` gives the order, and `notification_id` identifies the delivery.

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// Paddle Billing as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Paddle;

impl Provider for Paddle {
    const NAME: &'static str = "paddle";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Paddle-Signature"])
        .list(';', '=', "h1")
        .timestamp(Timestamp::entry("ts", TimestampUnit::Seconds).tolerance(Duration::from_secs(5)))
        .signed(&[Part::Timestamp, Part::Literal(":"), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::Body(&["event_id"]))
        .event_type(Location::Body(&["event_type"]));
}

/// An event of Paddle: the id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Paddle>;
