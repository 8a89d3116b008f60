// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("dropbox.md"))]

use super::handshake::{self, HandshakeAnswer};
use crate::{
    Provider, Scheme,
    event::{EventAt, OpenEvent},
};

/// Dropbox as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Dropbox;

impl Provider for Dropbox {
    const NAME: &'static str = "dropbox";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Dropbox-Signature"]);
    const EVENT: EventAt = EventAt::OPEN;
}

/// A notification of Dropbox: an object, without an id and without a type.
pub type Event = OpenEvent<Dropbox>;

/// Answers the `GET` that Dropbox sends when the endpoint is registered. The answer is the query's
/// `challenge`.
///
/// `query` is the part of the URL after the question mark. Returns `None` for a query without a
/// challenge, with several challenges, or with one that must not be repeated (see
/// [`HandshakeAnswer`]). Answer `None` with 400.
///
/// # Security
///
/// This request is not signed: anyone can send it, and the answer repeats its token. The answer
/// reveals nothing about the secret. Answer the request, and do nothing else in response. Set the
/// answer's header fields.
///
/// # Examples
///
/// ```
/// use countersign::providers::dropbox;
///
/// let answer = dropbox::answer_challenge("challenge=abc123").ok_or("no challenge")?;
/// assert_eq!(answer.body(), "abc123");
///
/// assert!(dropbox::answer_challenge("challenge=%3Cscript%3E").is_none());
/// # Ok::<_, &str>(())
/// ```
#[must_use]
pub fn answer_challenge(query: &str) -> Option<HandshakeAnswer> {
    let [challenge] = handshake::parameters(query, ["challenge"])?;
    handshake::token(&challenge).map(HandshakeAnswer::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Secret, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"app_secret", body, hashlib.sha256).hexdigest()
        let body = r#"{"list_folder":{"accounts":["dbid:a"]},"delta":{"users":[1]}}"#;
        let signature = "a4ab24cca8ab3804b5ade16e770e7a015cc6a531a3345546aa3120c6a732ab4c";
        let verifier = Verifier::<Dropbox>::new(Secret::new("app_secret")?)?;
        verifier.verify(&[("X-Dropbox-Signature", signature)], body)?;
        Ok(())
    }
}
