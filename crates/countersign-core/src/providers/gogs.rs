// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("gogs.md"))]

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
