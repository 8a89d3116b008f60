//! Webhooks of Gogs.
//!
//! - Header: `X-Gogs-Signature: ` and 64 hex digits.
//! - Signature: HMAC-SHA256 over the JSON, with the secret's text. No timestamp is signed.
//! - Without a secret, Gogs sends the header empty. Such deliveries are rejected.
//! - The event's type is in `X-Gogs-Event`, and the delivery's id in `X-Gogs-Delivery`. **Neither
//!   is signed**: anyone who can replay a delivery can change both.
//!
//! Source: <https://github.com/gogs/gogs>, `deliver` in `internal/database/webhook.go`.
//!
//! # Where the secret is
//!
//! You choose it: Settings, Webhooks of the repository or organization, "Secret".
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Gogs, gogs};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_gogs(Webhook { event, .. }: Webhook<gogs::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "gogs_secret";
//! let verifier = Verifier::<Gogs>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/gogs", post(on_gogs)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Gogs>::new(Secret::new(secret)?)?;
//! # let body = r#"{"ref":"refs/heads/main"}"#;
//! # let genuine = SignedRequest::new(&signer, body)?
//! #     .with_header("X-Gogs-Event", "push");
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/gogs")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/gogs")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the header `X-Gogs-Event`, which is not signed.
//! The data is the whole body, with all its members. A handler takes the event as
//! `Webhook<RepositoryEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Gogs};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Push { r#ref: String }
//!
//! events! {
//!     pub enum RepositoryEvent for Gogs { "push" => Pushed(Push) }
//! }
//!
//! let body = r#"{"ref":"refs/heads/main"}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("gogs_secret")?;
//! # let signed = Signer::<Gogs>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let mut headers: Vec<_> = signed.into_iter().collect();
//! # headers.push(("X-Gogs-Event".to_owned(), "push".to_owned()));
//! # let verified = Verifier::<Gogs>::new(secret)?.verify(&headers, body)?;
//! let event = RepositoryEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, RepositoryEvent::Pushed(push) if push.r#ref == "refs/heads/main"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - With the content type `application/x-www-form-urlencoded`, Gogs signs the JSON and sends it in
//!   the member `payload` of a form. Such a delivery is accepted, and the handler gets the JSON,
//!   because the JSON is the signed text ([`BodyForm::UrlEncodedMember`]).
//! - Gitea also sends the headers of Gogs, for receivers written for Gogs. For Gitea itself, use
//!   [`Gitea`](crate::providers::Gitea). At an endpoint of both, Gitea's deliveries count as
//!   Gitea's.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::BodyForm,
};

/// Gogs as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Gogs;

impl Provider for Gogs {
    const NAME: &'static str = "gogs";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Gogs-Signature"])
        .forms(&[BodyForm::UrlEncodedMember("payload")]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-Gogs-Delivery"))
        .event_type(Location::UnsignedHeader("X-Gogs-Event"))
        .action(Location::Body(&["action"]))
        .url_encoded("payload");
}

/// An event of Gogs: the delivery's id and the event's type, both unsigned, and the whole body.
pub type Event = OpenEvent<Gogs>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"gitea_secret", body, hashlib.sha256).hexdigest()
        let body = r#"{"ref":"refs/heads/main"}"#;
        let signature = "d843a05f58b935be5e6c796adccf9bb5071951f049aea8f3d86ac97d4820001c";
        let verifier = Verifier::<Gogs>::new(Secret::new("gitea_secret")?)?;
        verifier.verify(&[("X-Gogs-Signature", signature)], body)?;
        // The same event as a form, with the same signature.
        let form = "payload=%7B%22ref%22%3A%22refs%2Fheads%2Fmain%22%7D";
        assert_eq!(
            verifier.verify(&[("X-Gogs-Signature", signature)], form)?.bytes(),
            body.as_bytes()
        );
        Ok(())
    }
}
