// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("hookdeck.md"))]

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::ForeignHeaders,
};

/// Hookdeck as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Hookdeck;

impl Provider for Hookdeck {
    const NAME: &'static str = "hookdeck";
    const SCHEME: Scheme =
        Scheme::hmac_sha256_base64(&["X-Hookdeck-Signature", "X-Hookdeck-Signature-2"]).numbered();
    const EVENT: EventAt = EventAt::OPEN.id(Location::UnsignedHeader("X-Hookdeck-EventID"));
    const FOREIGN_HEADERS: ForeignHeaders = ForeignHeaders::PassedOn;
}

/// An event that Hookdeck forwards: Hookdeck's unsigned id, and the whole body, an object.
pub type Event = OpenEvent<Hookdeck>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Signer, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // base64.b64encode(hmac.new(b"hookdeck_secret", body, hashlib.sha256).digest())
        let body = r#"{"order":7}"#;
        let signature = "hic91n/JNL4R2r4cuonYlajCd/bhPYarnHE0wqhCbQs=";
        let verifier = Verifier::<Hookdeck>::new(Secret::new("hookdeck_secret")?)?;
        verifier.verify(&[("X-Hookdeck-Signature", signature)], body)?;

        // While the secret is being rolled, a delivery has both signatures.
        let new = Signer::<Hookdeck>::new(Secret::new("new")?)?.sign(body.as_bytes())?;
        let mut headers: Vec<_> = new.into_iter().collect();
        assert!(verifier.verify(&headers, body).is_err());
        headers.push(("X-Hookdeck-Signature-2".to_owned(), signature.to_owned()));
        verifier.verify(&headers, body)?;
        Ok(())
    }
}
