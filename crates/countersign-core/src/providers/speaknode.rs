//! Webhooks of SpeakNode.
//!
//! - Header: the manual says "included in the request header", without a name.
//!   `X-Webhook-Signature` is the default here; inspect a delivery, and set
//!   [`Verifier::header`](crate::Verifier::header) if yours differs.
//! - Signature: HMAC-SHA256 in hex over the raw body, with the webhook secret's text.
//! - Events: `ConversationComplete`, `SessionStarted`, and more to come. Their fields are not
//!   documented, and neither is the member that holds the type. The type is the first of `type`,
//!   `event`, `event_type` and `eventType` that is text.
//! - No id is declared, because SpeakNode does not document the meaning of a member `id`: two
//!   events of one conversation may share it. Even with
//!   [idempotency](https://docs.rs/countersign/latest/countersign/idempotency/index.html), each
//!   delivery is handled, unless you set the members that identify an event. A member `id` is in
//!   the event's JSON, unchanged.
//!
//! Source: <https://docs.speaknode.com/guide/webhooks>.
//!
//! # Where the secret is
//!
//! The manual calls it the webhook secret, and does not say where it is shown.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{SpeakNode, speaknode};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_speaknode(Webhook { event, .. }: Webhook<speaknode::Event>) -> StatusCode {
//!     println!("{}", event.event_type());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "your_webhook_secret";
//! let verifier = Verifier::<SpeakNode>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/speaknode", post(on_speaknode)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<SpeakNode>::new(Secret::new(secret)?)?;
//! # let genuine = SignedRequest::new(&signer, r#"{"event":"SessionStarted"}"#)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/speaknode")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/speaknode")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the first of `type`, `event`, `event_type` and
//! `eventType` that is text. The data is the whole body, with all its members. Make the members of
//! your types optional, because SpeakNode documents none. A handler takes the event as
//! `Webhook<SessionEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::SpeakNode};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Session { agent: Option<Agent> }
//! #[derive(serde::Deserialize)]
//! pub struct Agent { id: Option<String> }
//!
//! events! {
//!     pub enum SessionEvent for SpeakNode { "SessionStarted" => Started(Session) }
//! }
//!
//! let body = r#"{"event":"SessionStarted","agent":{"id":"a_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("your_webhook_secret")?;
//! # let headers = Signer::<SpeakNode>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<SpeakNode>::new(secret)?.verify(&headers, body)?;
//! let event = SessionEvent::parse(&verified.delivery(&headers))?;
//! let SessionEvent::Started(session) = event else { panic!() };
//! assert_eq!(session.agent.and_then(|agent| agent.id).as_deref(), Some("a_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - SpeakNode expects an answer within a few seconds, and may send again after an answer other
//!   than 2xx: do slow work after the answer.
//! - If every delivery is rejected, read the log: it reports if the expected header is missing.

use crate::{
    Provider, Scheme,
    event::{Envelope, EventAt, Location, RawJson},
    events,
};

/// SpeakNode as a provider.
#[derive(Clone, Copy, Debug)]
pub struct SpeakNode;

impl Provider for SpeakNode {
    const NAME: &'static str = "speaknode";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Webhook-Signature"]);
    const EVENT: EventAt =
        EventAt::OPEN.event_type(Location::Body(&["type", "event", "event_type", "eventType"]));
}

events! {
    /// The events of SpeakNode. Each body is an open object, kept whole.
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub enum Event for SpeakNode {
        "ConversationComplete" => ConversationComplete(Envelope<RawJson>),
        "SessionStarted" => SessionStarted(Envelope<RawJson>),
    }
}
