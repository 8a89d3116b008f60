// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("vercel.md"))]

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

/// An event of Vercel: the id, the type, and the whole body as JSON.
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
