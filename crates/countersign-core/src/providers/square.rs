// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("square.md"))]

use crate::{
    Provider, Scheme,
    event::{EventAt, Location, OpenEvent},
    scheme::Part,
};

/// Square as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Square;

impl Provider for Square {
    const NAME: &'static str = "square";
    const SCHEME: Scheme = Scheme::hmac_sha256_base64(&["X-Square-HmacSha256-Signature"])
        .signed(&[Part::Url, Part::Body]);
    const EVENT: EventAt = EventAt::ENVELOPE.id(Location::Body(&["event_id"]));
}

/// An event of Square: the id, the type, and the whole event as JSON.
pub type Event = OpenEvent<Square>;

#[cfg(test)]
mod tests {
    use super::Square;
    use crate::{Secret, Verifier, VerifyError, error::VerifyErrorKind};

    /// The example in Square's manual.
    #[test]
    fn accepts_the_delivery_that_square_documents() -> Result<(), VerifyError> {
        let headers =
            [("x-square-hmacsha256-signature", "2kRE5qRU2tR+tBGlDwMEw2avJ7QM4ikPYD/PJ3bd9Og=")];
        let body = r#"{"hello":"world"}"#;
        let verifier =
            |url| Verifier::<Square>::with_url(Secret::new("asdf1234").unwrap(), url).unwrap();
        verifier("https://example.com/webhook").verify(&headers, body)?;

        let other = verifier("https://example.com/webhook/").verify(&headers, body).unwrap_err();
        assert_eq!(other.kind(), VerifyErrorKind::Mismatch);
        Ok(())
    }
}
