//! The answer to `endpoint.url_validation`.

use std::{borrow::Cow, fmt, marker::PhantomData, sync::Arc};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::Zoom;
use crate::{
    ConfigError, Provider, Secrets, Verified,
    key::Keys,
    providers::handshake::{HandshakeAnswer, token},
};

/// Answers `endpoint.url_validation`, the event with which Zoom checks that the endpoint holds the
/// secret. The answer is the event's `plainToken`, and its HMAC-SHA256 in hex.
///
/// Make the validator from the secrets of the [`Verifier`](crate::Verifier). The secret that
/// matched the request also signs the answer. If you replace a verifier's secrets while the program
/// runs, make a new validator. An endpoint with its own provider type needs its own validator,
/// `Validator<ZoomEu>`. Each tenant also needs its own validator.
///
/// # Security
///
/// Zoom uses **one and the same secret** for its deliveries and for this answer. An attacker who
/// could freely choose the text that is signed here could forge deliveries: the MAC of the "token"
/// `v0:1700000000:{…}` is the signature of the delivery `{…}` at that time. Two measures prevent
/// this, and each of them is sufficient:
///
/// 1. [`answer`](Self::answer) takes a [`Verified`]: nothing is signed for a request unless the
///    same provider signed the request, within the tolerance. Some examples answer before they
///    verify: do not copy them.
/// 2. A token is at most 256 letters, digits and `-._~+/=`. The text that Zoom signs begins with
///    `v0:`, and a token has no colon: the MAC of a token is never the signature of a delivery.
///
/// Do not use the secret to sign any other text that somebody else can choose.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use countersign::{Secret, Signer, Verifier, providers::{Zoom, zoom::Validator}};
///
/// let secret = Secret::new("zoom_secret")?;
/// let verifier = Verifier::<Zoom>::new(secret.clone())?;
/// let validator = Validator::<Zoom>::new(secret.clone())?;
///
/// // The request that Zoom sends.
/// let body = concat!(
///     r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"#,
///     r#""event_ts":1654503849680,"event":"endpoint.url_validation"}"#,
/// );
/// let headers = Signer::<Zoom>::new(secret)?.at(SystemTime::now()).sign(body.as_bytes())?;
///
/// let verified = verifier.verify(&headers, body)?;
/// let answer = validator.answer(&verified).ok_or("no validation")?;
/// assert_eq!(answer.body(), concat!(
///     r#"{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"#,
///     r#""46a324cfb7c2ec760e4cd561586a53aadb6fc7561eb8d626d6ee1b71d808b3c0"}"#,
/// ));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct Validator<P = Zoom> {
    keys: Arc<Keys>,
    provider: PhantomData<fn() -> P>,
}

impl<P: Provider> Validator<P> {
    /// Makes a validator that answers with these secrets.
    ///
    /// # Errors
    ///
    /// No errors at present. The method returns a `Result` because
    /// [`Verifier::new`](crate::Verifier::new) does.
    pub fn new(secrets: impl Into<Secrets>) -> Result<Self, ConfigError> {
        let keys = Keys::new(&secrets.into(), &Zoom::SCHEME)?;
        Ok(Self { keys: Arc::new(keys), provider: PhantomData })
    }

    /// Answers the verified event, if it is `endpoint.url_validation` with a valid token. Returns
    /// `None` for all other events, which your handler handles.
    #[must_use]
    pub fn answer<B: AsRef<[u8]>>(&self, verified: &Verified<P, B>) -> Option<HandshakeAnswer> {
        let request: Request<'_> = serde_json::from_slice(verified.bytes()).ok()?;
        if request.event != "endpoint.url_validation" {
            return None;
        }
        let payload: Payload<'_> = serde_json::from_str(request.payload?.get()).ok()?;
        let plain = token(&payload.plain_token)?;

        let mut mac = self.keys.iter().nth(verified.secret_index())?.start()?;
        mac.update(plain.as_bytes());
        let encrypted = hex::encode(mac.tag().bytes(&Zoom::SCHEME));
        Some(HandshakeAnswer::json(format!(
            r#"{{"plainToken":"{plain}","encryptedToken":"{encrypted}"}}"#
        )))
    }
}

impl<P> Clone for Validator<P> {
    fn clone(&self) -> Self {
        Self { keys: Arc::clone(&self.keys), provider: PhantomData }
    }
}

impl<P: Provider> fmt::Debug for Validator<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("provider", &P::NAME).finish_non_exhaustive()
    }
}

/// The members that this module reads. All others are skipped, at any depth of nesting.
#[derive(Deserialize)]
struct Request<'a> {
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow, rename = "plainToken")]
    plain_token: Cow<'a, str>,
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::{Secret, Signer, Verifier};

    type Outcome = Result<(), Box<dyn std::error::Error>>;

    /// Signs with one secret; verifies and answers with several.
    fn answer(
        signed_with: &str,
        secrets: &Secrets,
        body: &str,
    ) -> Result<Option<String>, Box<dyn std::error::Error>> {
        let signer = Signer::<Zoom>::new(Secret::new(signed_with)?)?;
        let headers = signer.at(SystemTime::now()).sign(body.as_bytes())?;
        let verifier = Verifier::<Zoom>::new(secrets.clone())?;
        let verified = verifier.verify(&headers, body)?;
        let answer = Validator::new(secrets.clone())?.answer(&verified);
        Ok(answer.map(HandshakeAnswer::into_body))
    }

    fn validation(token: &str) -> String {
        format!(r#"{{"event":"endpoint.url_validation","payload":{{"plainToken":"{token}"}}}}"#)
    }

    #[test]
    fn signs_nothing_that_could_be_a_delivery() -> Outcome {
        let secrets = Secrets::new(Secret::new("zoom_secret")?);
        for text in [
            "v0:1700000000:{}",
            r"v0\u003a1700000000\u003a{}",
            "v0:",
            ":",
            "",
            "a b",
            r#"a\",\"x\":\""#,
            &"a".repeat(257),
        ] {
            assert_eq!(answer("zoom_secret", &secrets, &validation(text))?, None, "{text}");
        }
        assert!(answer("zoom_secret", &secrets, &validation(&"a".repeat(256)))?.is_some());
        Ok(())
    }

    #[test]
    fn leaves_all_other_deliveries_to_the_handler() -> Outcome {
        let secrets = Secrets::new(Secret::new("zoom_secret")?);
        let deep = format!(
            r#"{{"event":"endpoint.url_validation","payload":{}{}}}"#,
            "[".repeat(10_000),
            "]".repeat(10_000)
        );
        for body in [
            r#"{"event":"meeting.started","payload":{"plainToken":"a"}}"#,
            r#"{"event":"endpoint.url_validation","plainToken":"a"}"#,
            r#"{"event":"endpoint.url_validation","payload":{"plainToken":1}}"#,
            r#"{"event":"endpoint.url_validation","payload":{"plainToken":"a","plainToken":"b"}}"#,
            r#"{"event":["endpoint.url_validation"],"payload":{"plainToken":"a"}}"#,
            r#"["endpoint.url_validation"]"#,
            "",
            "\u{0}",
            &deep,
        ] {
            assert_eq!(answer("zoom_secret", &secrets, body)?, None, "{body}");
        }
        Ok(())
    }

    #[test]
    fn answers_with_the_secret_that_signed_the_request() -> Outcome {
        // hmac.new(key, b"qgg8vlvZRS6UYooatFL8Aw", hashlib.sha256).hexdigest() of CPython, which is
        // also the answer of @zoom/rivet 0.4.0.
        let body = validation("qgg8vlvZRS6UYooatFL8Aw");
        let rotated =
            Secrets::new(Secret::new("new")?).with_retired(Secret::new("zoom_secret")?)?;
        let former = answer("zoom_secret", &rotated, &body)?.ok_or("no answer")?;
        let mac = "46a324cfb7c2ec760e4cd561586a53aadb6fc7561eb8d626d6ee1b71d808b3c0";
        assert!(former.contains(mac), "{former}");
        let current = answer("new", &rotated, &body)?.ok_or("no answer")?;
        assert!(!current.contains(mac), "{current}");
        Ok(())
    }
}
