//! Webhooks of OpenAI.
//!
//! - OpenAI sends as [Standard Webhooks](super::standard_webhooks), with the headers `webhook-id`,
//!   `webhook-timestamp` and `webhook-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in OpenAI's libraries.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed header `webhook-id`. The event's `type` is in the body, and is
//!   therefore signed. The body also has its own `id`, `evt_…`.
//!
//! Source: <https://developers.openai.com/api/docs/guides/webhooks>, and `webhooks` of the library
//! `openai` on npm.
//!
//! # Where the secret is
//!
//! In the project's settings on the platform, under Webhooks. It is shown when the endpoint is
//! created.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{OpenAI, openai};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_openai(Webhook { event, .. }: Webhook<openai::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
//! let verifier = Verifier::<OpenAI>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/openai", post(on_openai)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<OpenAI>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"evt_1","type":"response.completed","data":{"id":"resp_1"}}"#;
//! # let genuine = SignedRequest::new(signer.at(std::time::SystemTime::now()).id("wh_1"), body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/openai")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/openai")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `data`. To read the members beside them, such as `created_at` or the body's own `id`, parse the
//! verified bytes as a second type. A handler takes the event as `Webhook<ResponseEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::OpenAI};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Response { id: String }
//!
//! events! {
//!     pub enum ResponseEvent for OpenAI { "response.completed" => Completed(Response) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { id: String, created_at: u64 }
//!
//! let body = r#"{"id":"evt_1","object":"event","created_at":1750861210,
//!     "type":"response.completed","data":{"id":"resp_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")?;
//! # let signer = Signer::<OpenAI>::new(secret.clone())?;
//! # let headers = signer.at(std::time::SystemTime::now()).id("wh_1").sign(body.as_bytes())?;
//! # let verified = Verifier::<OpenAI>::new(secret)?.verify(&headers, body)?;
//! let event = ResponseEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, ResponseEvent::Completed(Response { id }) if id == "resp_1"));
//! let members: Members = verified.json()?;
//! assert_eq!((&*members.id, members.created_at), ("evt_1", 1750861210));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - `data` holds little more than the id of the event's object: fetch the object.
//! - OpenAI's libraries read a secret without `whsec_` as text, and this crate reads it as base64:
//!   enter the secret exactly as OpenAI shows it.

use super::standard_webhooks;
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// OpenAI as a provider.
#[derive(Clone, Copy, Debug)]
pub struct OpenAI;

impl Provider for OpenAI {
    const NAME: &'static str = "openai";
    const SCHEME: Scheme =
        standard_webhooks::scheme(&["webhook-signature"], &["webhook-id"], &["webhook-timestamp"]);
    const EVENT: EventAt = standard_webhooks::EVENT;
}

/// An event of OpenAI: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<OpenAI>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::OpenAI;
    use crate::{Secret, Verifier, VerifyError};

    /// The delivery in the tests of OpenAI's libraries.
    #[test]
    fn accepts_the_delivery_of_the_libraries() -> Result<(), VerifyError> {
        let body = concat!(
            r#"{"id": "evt_685c059ae3a481909bdc86819b066fb6", "object": "event", "created_at": "#,
            r#"1750861210, "type": "response.completed", "data": {"id": "resp_123"}}"#,
        );
        let headers = [
            ("webhook-id", "wh_685c059ae39c8190af8c71ed1022a24d"),
            ("webhook-timestamp", "1750861210"),
            ("webhook-signature", "v1,gUAg4R2hWouRZqRQG4uJypNS8YK885G838+EHb4nKBY="),
        ];
        let secret = Secret::new("whsec_RdvaYFYUXuIFuEbvZHwMfYFhUf7aMYjYcmM24+Aj40c=").unwrap();
        let verifier = Verifier::<OpenAI>::new(secret).unwrap();
        let sent_at = UNIX_EPOCH + Duration::from_secs(1_750_861_210);
        verifier.verify_at(sent_at, &headers, body).map(drop)
    }
}
