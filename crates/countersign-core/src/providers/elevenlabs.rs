//! Webhooks of ElevenLabs.
//!
//! - Header: `ElevenLabs-Signature: t=1739537297,v0=…`. It holds 1 to 8 entries `v0`, and any of
//!   them may match.
//! - Signature: HMAC-SHA256 in hex over the timestamp, a dot and the body, with the secret's text.
//! - Tolerance: 30 minutes, as in ElevenLabs' libraries, in the past and in the future.
//! - The event's `type`, such as `post_call_transcription`, is in the body, and is therefore
//!   signed. The event has no id.
//!
//! Source: <https://elevenlabs.io/docs/eleven-api/resources/webhooks>, and
//! `webhooks.constructEvent` of the library `@elevenlabs/elevenlabs-js` on npm.
//!
//! # Where the secret is
//!
//! In the workspace's settings, Webhooks. ElevenLabs generates it when the webhook is created.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{ElevenLabs, elevenlabs};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_elevenlabs(Webhook { event, .. }: Webhook<elevenlabs::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "wsec_abc123";
//! let verifier = Verifier::<ElevenLabs>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/elevenlabs", post(on_elevenlabs)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<ElevenLabs>::new(Secret::new(secret)?)?;
//! # let body = r#"{"type":"post_call_transcription","event_timestamp":1739537297,"data":{}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/elevenlabs")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/elevenlabs")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. To read the members beside them, such as `event_timestamp`, parse the verified bytes as
//! a second type. A handler takes the event as `Webhook<CallEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::ElevenLabs};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Call { conversation_id: String }
//!
//! events! {
//!     pub enum CallEvent for ElevenLabs { "post_call_transcription" => Transcribed(Call) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { event_timestamp: u64 }
//!
//! let body = r#"{"type":"post_call_transcription","event_timestamp":1739537297,
//!     "data":{"conversation_id":"conv_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("wsec_abc123")?;
//! # let signer = Signer::<ElevenLabs>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).sign(body.as_bytes())?;
//! # let verified = Verifier::<ElevenLabs>::new(secret)?.verify(&headers, body)?;
//! let event = CallEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, CallEvent::Transcribed(call) if call.conversation_id == "conv_1"));
//! assert_eq!(verified.json::<Members>()?.event_timestamp, 1739537297);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - ElevenLabs does not document whether a retry is signed anew. If the log reports stale times
//!   whose `age_s` follows the schedule of its retries, set a longer
//!   [`Verifier::tolerance`](crate::Verifier::tolerance), together with idempotency.
//! - Half an hour is long, and there is no id: a delivery must do no harm when it is handled twice.
//!   The object of the event, such as `data.conversation_id`, identifies a duplicate.
//! - Audio (`post_call_audio`) arrives as base64 in the body. It may need a larger
//!   [`body_limit`](crate::Verifier::body_limit).

use std::time::Duration;

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{Part, Timestamp, TimestampUnit},
};

/// ElevenLabs as a provider.
#[derive(Clone, Copy, Debug)]
pub struct ElevenLabs;

impl Provider for ElevenLabs {
    const NAME: &'static str = "elevenlabs";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["ElevenLabs-Signature"])
        .list(',', '=', "v0")
        .timestamp(
            Timestamp::entry("t", TimestampUnit::Seconds).tolerance(Duration::from_secs(30 * 60)),
        )
        .signed(&[Part::Timestamp, Part::Literal("."), Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE.id(Location::None);
}

/// An event of ElevenLabs: the type, and the whole event as JSON.
pub type Event = OpenEvent<ElevenLabs>;
