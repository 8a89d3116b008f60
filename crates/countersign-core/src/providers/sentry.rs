//! Sentry, webhooks of its integration platform.
//!
//! - Header: `Sentry-Hook-Signature: ` and 64 hex digits.
//! - Signature: HMAC-SHA256 over the body, with the Client Secret's text.
//! - The resource, such as `issue`, is in `Sentry-Hook-Resource`, the request's id in `Request-ID`,
//!   its time in `Sentry-Hook-Timestamp`. **None of them is signed**: whoever can replay a delivery
//!   can change all three, and so the time is not judged.
//! - What happened to the resource, such as `created`, is the member `action` of the body, and so
//!   it is signed.
//!
//! Source: <https://docs.sentry.io/integrations/integration-platform/webhooks/>, and
//! `AppPlatformEvent` and `SentryApp.build_signature` of <https://github.com/getsentry/sentry>.
//!
//! # Where the secret is
//!
//! Settings, Developer Settings, the integration, "Client Secret".
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Sentry, sentry};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_sentry(Webhook { event, .. }: Webhook<sentry::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "client_secret";
//! let verifier = Verifier::<Sentry>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/sentry", post(on_sentry)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Sentry>::new(Secret::new(secret)?)?;
//! # let body = r#"{"action":"created","data":{},"installation":{"uuid":"u_1"}}"#;
//! # let genuine = SignedRequest::new(&signer, body)?
//! #     .with_header("Sentry-Hook-Resource", "issue");
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/sentry")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/sentry")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Pitfalls
//!
//! - Sentry's manual hashes `JSON.stringify(request.body)`. Sentry itself signs and sends one and
//!   the same text, without white space and with everything but ASCII escaped: the bytes that came
//!   are verified here, and no [`BodyForm`](crate::scheme::BodyForm) of them is needed. What
//!   `JSON.stringify` writes differs from them as soon as a title has an umlaut.
//! - Sentry waits for one second (`sentry-apps.webhook.timeout.sec` where you host it yourself): do
//!   slow work after the answer.
//! - Service hooks, which are set per project, are something else and are signed otherwise.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
};

/// Sentry as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Sentry;

impl Provider for Sentry {
    const NAME: &'static str = "sentry";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["Sentry-Hook-Signature"]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("Request-ID"))
        .event_type(Location::UnsignedHeader("Sentry-Hook-Resource"))
        .data("data");
}

/// What Sentry tells: the request's id and the resource, both unsigned, and the whole body.
pub type Event = OpenEvent<Sentry>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"client_secret", body, hashlib.sha256).hexdigest(), escaped as Sentry does.
        let body = concat!(
            r#"{"action":"created","data":{"issue":{"title":"Zo\u00eb"}},"#,
            r#""installation":{"uuid":"u_1"}}"#,
        );
        let signature = "506cc0a942a12fd88ed978a8fc96795b7edd81e05d97e9652ecd3ee418358ddc";
        let verifier = Verifier::<Sentry>::new(Secret::new("client_secret")?)?;
        verifier.verify(&[("Sentry-Hook-Signature", signature)], body)?;
        Ok(())
    }
}
