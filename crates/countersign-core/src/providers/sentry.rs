// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("sentry.md"))]

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
