//! Webhooks of Vercel.
//!
//! - Header: `x-vercel-signature: ` and 40 hex digits.
//! - Signature: HMAC-**SHA1** over the body, with the secret's text. No timestamp is signed.
//! - The delivery's `id` and the event's `type`, such as `deployment.created`, are in the body, and
//!   are therefore signed. The event's data is the member `payload`.
//!
//! Source: <https://vercel.com/docs/webhooks/webhooks-api>.
//!
//! # Where the secret is
//!
//! For a webhook of a team: Vercel shows it once, when the webhook is created (team, Settings,
//! Webhooks). For the webhook of an integration: the integration's Client Secret, in the
//! integration console.
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Vercel, vercel};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_vercel(Webhook { event, .. }: Webhook<vercel::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "vercel_secret";
//! let verifier = Verifier::<Vercel>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/vercel", post(on_vercel)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Vercel>::new(Secret::new(secret)?)?;
//! # let body = r#"{"id":"uev_1","type":"deployment.created","payload":{}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?;
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/vercel")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/vercel")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the member `type`, and the data from the member
//! `payload`. To read the members beside them, such as `createdAt`, parse the verified bytes as a
//! second type. A handler takes the event as `Webhook<DeploymentEvent>`; see
//! [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, event::RawJson, events, providers::Vercel};
//!
//! events! {
//!     // In place of `RawJson`, name a struct with the members of the payload that you need.
//!     pub enum DeploymentEvent for Vercel { "deployment.created" => Created(RawJson) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! #[serde(rename_all = "camelCase")]
//! struct Members { created_at: u64 }
//!
//! let body = r#"{"id":"uev_1","type":"deployment.created","createdAt":1700000000000,
//!     "payload":{}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("vercel_secret")?;
//! # let headers = Signer::<Vercel>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let verified = Verifier::<Vercel>::new(secret)?.verify(&headers, body)?;
//! let event = DeploymentEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, DeploymentEvent::Created(payload) if payload.as_str() == "{}"));
//! assert_eq!(verified.json::<Members>()?.created_at, 1_700_000_000_000);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - The attacks on SHA-1 find collisions, and the security of HMAC does not depend on collision
//!   resistance (RFC 6194, section 3.3). Vercel offers no other algorithm.
//! - No time is signed: the `id` identifies a replayed delivery.

use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Vercel as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Vercel;

impl Provider for Vercel {
    const NAME: &'static str = "vercel";
    const SCHEME: Scheme = Scheme::hmac_sha1_hex(&["x-vercel-signature"]);
    const EVENT: EventAt = EventAt::ENVELOPE.data("payload");
}

/// An event of Vercel: the id, the type, and the whole body as JSON.
pub type Event = OpenEvent<Vercel>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"vercel_secret", body, hashlib.sha1).hexdigest()
        let body = concat!(
            r#"{"id":"uev_1","type":"deployment.created","#,
            r#""createdAt":1700000000000,"payload":{}}"#,
        );
        let signature = "a19417dc166e7854c500489fe8095d916ec42e28";
        let verifier = Verifier::<Vercel>::new(Secret::new("vercel_secret")?)?;
        verifier.verify(&[("x-vercel-signature", signature)], body)?;
        Ok(())
    }
}
