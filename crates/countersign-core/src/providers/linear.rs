//! Webhooks of Linear.
//!
//! - Header: `Linear-Signature`, 64 hex digits.
//! - Signature: HMAC-SHA256 over the body, with the secret's text.
//! - Tolerance: 60 s, as in Linear's library. The time is the member `webhookTimestamp` of the
//!   body, in milliseconds. It is checked after the signature. The verifier ignores the header
//!   `Linear-Timestamp`, which is not signed.
//! - The event's `type`, such as `Issue`, and its `action`, such as `create`, are in the body, and
//!   are therefore signed. The delivery's id is in `Linear-Delivery`, which is **not signed**:
//!   anyone who can replay a delivery can change it.
//!
//! Source: <https://linear.app/developers/webhooks>, and `LinearWebhookClient` of the library
//! `@linear/sdk` on npm.
//!
//! # Where the secret is
//!
//! In the settings, API, Webhooks: the webhook's page shows its signing secret.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Linear, linear};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_linear(Webhook { event, .. }: Webhook<linear::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "lin_wh_1";
//! let verifier = Verifier::<Linear>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/linear", post(on_linear)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Linear>::new(Secret::new(secret)?)?;
//! # let now = std::time::UNIX_EPOCH.elapsed()?.as_millis();
//! # let body = format!(r#"{{"type":"Issue","data":{{}},"webhookTimestamp":{now}}}"#);
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/linear")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/linear")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. To read the members beside them, such as `action`, parse the verified bytes as a second
//! type. A handler takes the event as `Webhook<IssueEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, event::RawJson, events, providers::Linear};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of an issue that you need.
//!     pub enum IssueEvent for Linear { "Issue" => Issue(RawJson) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { action: String }
//!
//! # let now = std::time::UNIX_EPOCH.elapsed()?.as_millis();
//! let body = format!(
//!     r#"{{"type":"Issue","action":"create","data":{{}},"webhookTimestamp":{now}}}"#
//! );
//! # let body = body.as_str();
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("lin_wh_1")?;
//! # let headers = Signer::<Linear>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Linear>::new(secret)?.verify(&headers, body)?;
//! let event = IssueEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, IssueEvent::Issue(issue) if issue.as_str() == "{}"));
//! assert_eq!(verified.json::<Members>()?.action, "create");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Retries
//!
//! If a delivery is not answered with 200, Linear sends it again after 1 minute, 1 hour and 6
//! hours. According to [several reports](https://github.com/vercel/eve/issues/1570), Linear repeats
//! the same bytes, with the same `webhookTimestamp`. With the tolerance of 60 s every retry is
//! stale, so a single 503 loses the event. Set a tolerance that is longer than the schedule, and
//! detect duplicates for at least as long as the tolerance (`countersign::idempotency`):
//!
//! ```
//! use std::time::Duration;
//! use countersign::{Secret, Verifier, providers::Linear};
//!
//! # let secret = "linear_secret";
//! let verifier = Verifier::<Linear>::new(Secret::new(secret)?)?
//!     .tolerance(Duration::from_secs(8 * 60 * 60));
//! # Ok::<_, countersign::ConfigError>(())
//! ```
//!
//! Anyone who has seen a delivery can then send it again for 8 hours, and can change
//! `Linear-Delivery`, which is not signed.
//!
//! # Pitfalls
//!
//! - `webhookId` in the body is the webhook's id, the same in each delivery: it does not identify a
//!   duplicate.
//! - A minute is short: a server whose clock is off rejects all deliveries.

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Timestamp, TimestampUnit},
};

/// Linear as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Linear;

impl Provider for Linear {
    const NAME: &'static str = "linear";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Linear-Signature"]).timestamp(
        Timestamp::member(&["webhookTimestamp"], TimestampUnit::Milliseconds)
            .tolerance(Duration::from_secs(60)),
    );
    const EVENT: EventAt = EventAt::ENVELOPE
        .id(Location::UnsignedHeader("Linear-Delivery"))
        .action(Location::Body(&["action"]));
}

/// An event of Linear: the unsigned id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Linear>;
