//! Webhooks of Sentry's integration platform.
//!
//! - Header: `Sentry-Hook-Signature: ` and 64 hex digits.
//! - Signature: HMAC-SHA256 over the body, with the Client Secret's text.
//! - The resource, such as `issue`, is in `Sentry-Hook-Resource`, the request's id in `Request-ID`,
//!   and its time in `Sentry-Hook-Timestamp`. **None of them is signed**: anyone who can replay a
//!   delivery can change all three. The verifier therefore ignores the time.
//! - The change to the resource, such as `created`, is the member `action` of the body, and is
//!   therefore signed.
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
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the header `Sentry-Hook-Resource`, which is not
//! signed, and the data from the member `data`. To read the members beside it, such as `action`,
//! parse the verified bytes as a second type. A handler takes the event as `Webhook<IssueEvent>`;
//! see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Sentry};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Data { issue: Issue }
//! #[derive(serde::Deserialize)]
//! pub struct Issue { title: String }
//!
//! events! {
//!     pub enum IssueEvent for Sentry { "issue" => Changed(Data) }
//! }
//!
//! #[derive(serde::Deserialize)]
//! struct Members { action: String, installation: Installation }
//! #[derive(serde::Deserialize)]
//! struct Installation { uuid: String }
//!
//! let body = r#"{"action":"created","data":{"issue":{"title":"Zo\u00eb"}},
//!     "installation":{"uuid":"u_1"}}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("client_secret")?;
//! # let signed = Signer::<Sentry>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let mut headers: Vec<_> = signed.into_iter().collect();
//! # headers.push(("Sentry-Hook-Resource".to_owned(), "issue".to_owned()));
//! # let verified = Verifier::<Sentry>::new(secret)?.verify(&headers, body)?;
//! let event = IssueEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, IssueEvent::Changed(data) if data.issue.title == "Zoë"));
//! let members: Members = verified.json()?;
//! assert_eq!((&*members.action, &*members.installation.uuid), ("created", "u_1"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Sentry's manual hashes `JSON.stringify(request.body)`. Sentry itself signs the text that it
//!   sends, without white space and with everything but ASCII escaped. The bytes as they arrived
//!   are verified here, and no [`BodyForm`](crate::scheme::BodyForm) is needed. The output of
//!   `JSON.stringify` differs from them as soon as a title has an umlaut.
//! - Sentry waits for one second (`sentry-apps.webhook.timeout.sec` if you host it yourself): do
//!   slow work after the answer.
//! - Service hooks, which are set per project, are another product and are signed in another way.

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
        .action(Location::Body(&["action"]))
        .data("data");
}

/// An event of Sentry: the request's id and the resource, both unsigned, and the whole body.
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
