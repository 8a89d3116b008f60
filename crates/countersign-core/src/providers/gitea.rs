// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("gitea.md"))]

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
