//! Vercel.
//!
//! - Header: `x-vercel-signature: ` and 40 hex digits.
//! - Signature: HMAC-**SHA1** over the body, with the secret's text. There is no timestamp.
//! - The delivery's `id` and the event's `type`, such as `deployment.created`, are in the body, and
//!   so they are signed; its data is the member `payload`.
//!
//! Source: <https://vercel.com/docs/webhooks/webhooks-api>.
//!
//! # Where the secret is
//!
//! For a webhook of a team: it is shown once, when the webhook is made (team, Settings, Webhooks).
//! For the webhook of an integration: the integration's Client Secret, in the integration console.
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
//! # Pitfalls
//!
//! - What is broken in SHA-1 are collisions, on which HMAC does not rest (RFC 6194, section 3.3);
//!   Vercel offers nothing else.
//! - Nothing signed is bound to a time: the `id` tells a delivery that comes again.

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

/// What Vercel tells: the id, the type, and the whole body as JSON.
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
