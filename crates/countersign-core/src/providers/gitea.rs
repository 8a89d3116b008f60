//! Gitea, and Forgejo, which sends the same headers.
//!
//! - Header: `X-Gitea-Signature: ` and 64 hex digits. Gitea repeats the signature in
//!   `X-Gogs-Signature` and, behind `sha256=`, in `X-Hub-Signature-256`; Forgejo in
//!   `X-Forgejo-Signature`, too. None of these is looked at. At an endpoint of GitHub and Gitea, a
//!   delivery that also has `X-Gitea-Signature` is Gitea's.
//! - Signature: HMAC-SHA256 over the JSON, with the secret's text. There is no timestamp.
//! - Without a secret Gitea sends the header empty; such deliveries are refused.
//! - The event's type is in `X-Gitea-Event`, the delivery's id in `X-Gitea-Delivery`. **Neither is
//!   signed**: whoever can replay a delivery can change both.
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
//! # Pitfalls
//!
//! - Choose the method `POST`. With `GET`, Gitea signs the JSON and sends it in the URL: nothing
//!   that was signed comes in as the body.
//! - With the content type `application/x-www-form-urlencoded`, Gitea signs the JSON and sends it
//!   in the member `payload` of a form. Such a delivery is accepted, and the handler gets the JSON,
//!   because that is what was signed ([`BodyForm::UrlEncodedMember`]).
//! - Kinds such as Slack or Discord send another payload. Choose the kind "Gitea" (or "Forgejo").
//! - `X-Gitea-Event-Type` tells more precisely what `X-Gitea-Event` sums up (`issue_assign` beside
//!   `issues`). It is not signed either.

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::{BodyForm, ForeignHeaders},
};

/// Gitea as a provider, and Forgejo.
#[derive(Clone, Copy, Debug)]
pub struct Gitea;

impl Provider for Gitea {
    const NAME: &'static str = "gitea";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Gitea-Signature"])
        .forms(&[BodyForm::UrlEncodedMember("payload")]);
    const EVENT: EventAt = EventAt::OPEN
        .id(Location::UnsignedHeader("X-Gitea-Delivery"))
        .event_type(Location::UnsignedHeader("X-Gitea-Event"))
        // Its documentation says that the body is signed as it is sent: a form could be, too.
        .url_encoded("payload");
    const FOREIGN_HEADERS: ForeignHeaders =
        ForeignHeaders::Named(&["X-Gogs-Signature", "X-Hub-Signature", "X-Hub-Signature-256"]);
}

/// What Gitea tells: the delivery's id and the event's type, both unsigned, and the whole body.
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
        // Without a secret, the header is there and empty.
        assert!(verifier.verify(&[("X-Gitea-Signature", "")], body).is_err());
        Ok(())
    }
}
