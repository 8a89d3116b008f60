// `countersign-tests` runs the examples of the page.
#![cfg_attr(not(doctest), doc = include_str!("meta.md"))]

use super::handshake::{self, HandshakeAnswer};
use crate::{
    Provider, Scheme, Secret,
    event::{EventAt, Location, OpenEvent},
    mac,
    scheme::SecretEncoding,
};

/// Meta as a provider.
#[derive(Clone, Copy, Debug)]
pub struct Meta;

impl Provider for Meta {
    const NAME: &'static str = "meta";
    const SCHEME: Scheme = Scheme::hmac_sha256_hex(&["X-Hub-Signature-256"]).prefix("sha256=");
    const EVENT: EventAt = EventAt::OPEN.event_type(Location::Body(&["object"]));
}

/// An event of Meta: the kind of object as the type, and the whole body.
pub type Event = OpenEvent<Meta>;

/// Answers the `GET` that Meta sends when the endpoint is configured. The answer is the query's
/// `hub.challenge`, if `hub.mode` is `subscribe` and `hub.verify_token` is the token that you
/// chose.
///
/// `query` is the part of the URL after the question mark. Returns `None` for all other queries,
/// and for challenges that must not be repeated (see [`HandshakeAnswer`]). Answer `None` with 403.
///
/// # Security
///
/// The time of the token's comparison reveals neither the position of a difference nor the token's
/// length. The request is not signed: it proves only that its sender knows the token. Answer
/// it, and do nothing else in response. Set the answer's header fields.
///
/// # Examples
///
/// ```
/// use countersign::{Secret, providers::meta};
///
/// let token = Secret::new("meatyhamhock")?;
/// let query = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";
/// let answer = meta::answer_subscription(&format!("{query}meatyhamhock"), &token);
/// assert_eq!(answer.map(|answer| answer.into_body()).as_deref(), Some("1158201444"));
///
/// assert!(meta::answer_subscription(&format!("{query}guess"), &token).is_none());
/// # Ok::<_, countersign::ConfigError>(())
/// ```
#[must_use]
pub fn answer_subscription(query: &str, verify_token: &Secret) -> Option<HandshakeAnswer> {
    let [mode, token, challenge] =
        handshake::parameters(query, ["hub.mode", "hub.verify_token", "hub.challenge"])?;
    let expected = verify_token.key(SecretEncoding::Text).ok()?;
    if mode != "subscribe" || !mac::is_same_text(token.as_bytes(), &expected) {
        return None;
    }
    handshake::token(&challenge).map(HandshakeAnswer::text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfigError, Verifier};

    #[test]
    fn agrees_with_cpython() -> Result<(), Box<dyn std::error::Error>> {
        // hmac.new(b"app_secret", body, hashlib.sha256).hexdigest(), escaped as Meta does.
        let body = r#"{"object":"page","entry":[{"id":"1","text":"\u00e4\u00f6\u00e5"}]}"#;
        let signature = "sha256=74d6cc8e3bea69b5d45cadee581c5f0abd892f57f6d0ddadc9e8a7b496b3eac3";
        let verifier = Verifier::<Meta>::new(Secret::new("app_secret")?)?;
        verifier.verify(&[("X-Hub-Signature-256", signature)], body)?;
        Ok(())
    }

    #[test]
    fn answers_only_the_right_token() -> Result<(), ConfigError> {
        let token = Secret::new("it's & <mine>")?;
        let answer = |mode: &str, token_text: &str, challenge: &str| {
            let query =
                format!("hub.mode={mode}&hub.challenge={challenge}&hub.verify_token={token_text}");
            answer_subscription(&query, &token).map(HandshakeAnswer::into_body)
        };
        let encoded = "it%27s+%26+%3Cmine%3E";
        assert_eq!(answer("subscribe", encoded, "1").as_deref(), Some("1"));
        assert_eq!(answer("unsubscribe", encoded, "1"), None);
        assert_eq!(answer("subscribe", "it%27s", "1"), None);
        assert_eq!(answer("subscribe", &format!("{encoded}x"), "1"), None);
        assert_eq!(answer("subscribe", encoded, ""), None);
        assert_eq!(answer("subscribe", encoded, "%3Cscript%3E"), None);
        Ok(())
    }
}
