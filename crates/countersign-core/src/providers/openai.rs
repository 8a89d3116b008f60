//! OpenAI.
//!
//! - As [Standard Webhooks](super::standard_webhooks), with the headers `webhook-id`,
//!   `webhook-timestamp` and `webhook-signature`: `v1,` and base64.
//! - Tolerance: 300 s, as in OpenAI's libraries.
//! - Secret: `whsec_` and base64.
//! - The event's id is the signed `webhook-id`, its `type` is in the body: both are signed. The
//!   body has an `id` of its own besides, `evt_…`.
//!
//! Source: <https://developers.openai.com/api/docs/guides/webhooks>, and `webhooks` of the library
//! `openai` on npm.
//!
//! # Where the secret is
//!
//! In the project's settings on the platform, under Webhooks. It is shown when the endpoint is
//! made.
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
//! # Pitfalls
//!
//! - `data` holds little more than the id of what the event is about: fetch the rest.
//! - A secret without `whsec_` is text to OpenAI's libraries, and base64 here: give it as OpenAI
//!   shows it.

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

/// What OpenAI tells: the signed id, the type, and the whole event as JSON.
pub type Event = OpenEvent<OpenAI>;

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::OpenAI;
    use crate::{Secret, Verifier, VerifyError};

    /// From the tests of OpenAI's libraries.
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
