//! SpeakNode.
//!
//! - Header: "included in the request header", without a name. `X-Webhook-Signature` is assumed;
//!   look at a delivery and set [`Verifier::header`](crate::Verifier::header) if yours differs.
//! - Signature: HMAC-SHA256 in hex over the raw body, with the webhook secret's text.
//! - Events: `ConversationComplete`, `SessionStarted`, more to come; their fields are not
//!   documented, and neither is the member that holds the type: the first of `type`, `event`,
//!   `event_type` and `eventType` that is text is taken.
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
//! # Pitfalls
//!
//! - An answer is expected within a few seconds, and what is not answered with 2xx may come again:
//!   do slow work after the answer.
//! - If every delivery is refused, look at one: the log tells when the header that is assumed is
//!   missing.

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
    /// What SpeakNode tells. The bodies are open objects, kept whole.
    #[derive(Clone, Debug)]
    #[non_exhaustive]
    pub enum Event for SpeakNode {
        "ConversationComplete" => ConversationComplete(Envelope<RawJson>),
        "SessionStarted" => SessionStarted(Envelope<RawJson>),
    }
}
