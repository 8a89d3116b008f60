//! Webhooks of Gitea, and of Forgejo, which sends the same headers.
//!
//! - Header: `X-Gitea-Signature: ` and 64 hex digits. Gitea repeats the signature in
//!   `X-Gogs-Signature` and, after `sha256=`, in `X-Hub-Signature-256`. Forgejo also repeats it in
//!   `X-Forgejo-Signature`. The verifier ignores the repeated headers. At an endpoint of GitHub and
//!   Gitea, a delivery that also has `X-Gitea-Signature` counts as Gitea's.
//! - Signature: HMAC-SHA256 over the JSON, with the secret's text. No timestamp is signed.
//! - Without a secret, Gitea sends the header empty. Such deliveries are rejected.
//! - The event's type is in `X-Gitea-Event`, and the delivery's id in `X-Gitea-Delivery`. **Neither
//!   is signed**: anyone who can replay a delivery can change both.
//!
//! Source: <https://docs.gitea.com/usage/repository/webhooks>, and `addDefaultHeaders` in
//! `services/webhook/deliver.go` of Gitea and Forgejo.
//!
//! # Where the secret is
//!
//! You choose it: Settings, Webhooks of the repository, organization or site, "Secret".
//!
//! # A handler
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use countersign::providers::{Gitea, gitea};
//! use countersign::{Secret, Verifier, Webhook};
//!
//! async fn on_gitea(Webhook { event, .. }: Webhook<gitea::Event>) -> StatusCode {
//!     println!("{:?}: {}", event.event_type, event.json.as_str());
//!     StatusCode::OK
//! }
//!
//! # #[tokio::main]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "gitea_secret";
//! let verifier = Verifier::<Gitea>::new(Secret::new(secret)?)?;
//! let app = Router::new().route("/gitea", post(on_gitea)).with_state(verifier);
//! # use countersign::{Signer, testing::SignedRequest};
//! # use tower::ServiceExt;
//! # let signer = Signer::<Gitea>::new(Secret::new(secret)?)?;
//! # let body = r#"{"ref":"refs/heads/main"}"#;
//! # let genuine = SignedRequest::new(&signer, body)?
//! #     .with_header("X-Gitea-Event", "push");
//! # let response = app.clone().oneshot(genuine.http::<axum::body::Body>("/gitea")?).await?;
//! # assert_eq!(response.status(), StatusCode::OK);
//! # let response = app.oneshot(genuine.forged().http::<axum::body::Body>("/gitea")?).await?;
//! # assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
//! # Ok(())
//! # }
//! ```
//!
//! # Typed events
//!
//! [`events!`](crate::events) reads the type from the header `X-Gitea-Event`, which is not signed.
//! The data is the whole body, with all its members. A handler takes the event as
//! `Webhook<RepositoryEvent>`; see [Typed events](super#typed-events).
//!
//! ```
//! use countersign::{Event, events, providers::Gitea};
//!
//! #[derive(serde::Deserialize)]
//! pub struct Push { r#ref: String }
//!
//! events! {
//!     pub enum RepositoryEvent for Gitea { "push" => Pushed(Push) }
//! }
//!
//! let body = r#"{"ref":"refs/heads/main"}"#;
//! # use countersign::{Secret, Signer, Verifier};
//! # let secret = Secret::new("gitea_secret")?;
//! # let signed = Signer::<Gitea>::new(secret.clone())?.sign(body.as_bytes())?;
//! # let mut headers: Vec<_> = signed.into_iter().collect();
//! # headers.push(("X-Gitea-Event".to_owned(), "push".to_owned()));
//! # let verified = Verifier::<Gitea>::new(secret)?.verify(&headers, body)?;
//! let event = RepositoryEvent::parse(&verified.delivery(&headers))?;
//! assert!(matches!(event, RepositoryEvent::Pushed(push) if push.r#ref == "refs/heads/main"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Pitfalls
//!
//! - Choose the method `POST`. With `GET`, Gitea signs the JSON and sends it in the URL, so that
//!   the body holds nothing that was signed.
//! - With the content type `application/x-www-form-urlencoded`, Gitea signs the JSON and sends it
//!   in the member `payload` of a form. Such a delivery is accepted, and the handler gets the JSON,
//!   because the JSON is the signed text ([`BodyForm::UrlEncodedMember`]).
//! - Webhooks of other kinds, such as Slack or Discord, send another payload. Choose the kind
//!   "Gitea" (or "Forgejo").
//! - `X-Gitea-Event-Type` is more precise than `X-Gitea-Event` (`issue_assign` beside `issues`). It
//!   is not signed either.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{BodyForm, ForeignHeaders},
};

/// Gitea or Forgejo as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Gitea;

impl Provider for Gitea {
    const NAME: &'static str = "gitea";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Gitea-Signature"])
        .forms(&[BodyForm::UrlEncodedMember("payload")]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-Gitea-Delivery"))
        .event_type(Location::UnsignedHeader("X-Gitea-Event"))
        .action(Location::Body(&["action"]))
        // Gitea documents that it signs the body as it is sent: a form could be signed, too.
        .url_encoded("payload");
    const FOREIGN_HEADERS: ForeignHeaders =
        ForeignHeaders::Named(&["X-Gogs-Signature", "X-Hub-Signature", "X-Hub-Signature-256"]);
}

/// An event of Gitea: the delivery's id and the event's type, both unsigned, and the whole body.
pub type Event = OpenEvent<Gitea>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"gitea_secret", body, hashlib.sha256).hexdigest()
        let body = r#"{"ref":"refs/heads/main"}"#;
        let signature = "d843a05f58b935be5e6c796adccf9bb5071951f049aea8f3d86ac97d4820001c";
        let verifier = Verifier::<Gitea>::new(Secret::new("gitea_secret")?)?;
        verifier.verify(&[("X-Gitea-Signature", signature)], body)?;
        // Without a secret, Gitea sends the header empty.
        assert!(verifier.verify(&[("X-Gitea-Signature", "")], body).is_err());
        Ok(())
    }
}
