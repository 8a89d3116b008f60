//! What makes two deliveries the same event.

use std::{
    borrow::Cow,
    fmt::{self, Write as _},
};

use countersign_core::{EventAt, Field, HeaderSource, Provider, body_digest};

use crate::Verified;

/// The name of one event at one endpoint: equal for all deliveries of it, and for no other's.
///
/// It is printable ASCII whatever it was made of, at most 400 bytes, and different for different
/// parts: `endpoint/id`, or `endpoint/tenant/id` where secrets are looked up per tenant. In a part,
/// everything but ASCII letters, digits, `.`, `_` and `-` is written as `%` and two hexadecimal
/// digits; a part that is longer than 128 bytes then is `~` and the hexadecimal SHA-256 of it.
///
/// # Security
///
/// Tenants are part of the name, so that no tenant can use up the ids of another.
///
/// # Examples
///
/// ```
/// use countersign::idempotency::IdempotencyKey;
///
/// let key = IdempotencyKey::new("github", None, "72d3162e-cc78-11e3-81ab-4c9367dc0958");
/// assert_eq!(key.as_str(), "github/72d3162e-cc78-11e3-81ab-4c9367dc0958");
///
/// let key = IdempotencyKey::new("stripe", Some("acme"), "evt 1/2");
/// assert_eq!(key.as_str(), "stripe/acme/evt%201%2F2");
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// Names the event `id` at an endpoint, of a tenant if there are any.
    #[must_use]
    pub fn new(endpoint: &str, tenant: Option<&str>, id: &str) -> Self {
        Self::with_last(endpoint, tenant, &part(id))
    }

    /// Names the event of a delivery by its id, if the signature covers one: where the provider's
    /// [`EventAt`] says, at the endpoint that its verifier names.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::{
    ///     Secret, Signer, Verifier,
    ///     idempotency::IdempotencyKey,
    ///     providers::XWebhookSignature,
    /// };
    ///
    /// let secret = Secret::new("your_webhook_secret")?;
    /// let body = br#"{"id":"evt_1","type":"user.created","data":{}}"#;
    /// let headers = Signer::<XWebhookSignature>::new(secret.clone())?.sign(body)?;
    /// let verified = Verifier::<XWebhookSignature>::new(secret)?.verify(&headers, body)?;
    ///
    /// let key = IdempotencyKey::of(&verified);
    /// assert_eq!(key, Some(IdempotencyKey::new("x-webhook-signature", None, "evt_1")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn of<P: Provider, B: AsRef<[u8]>>(verified: &Verified<P, B>) -> Option<Self> {
        const NO_HEADERS: [(&str, &str); 0] = [];
        let at = if P::EVENT.id.is_signed() { P::EVENT.id } else { Field::None };
        Self::at(at, verified, &NO_HEADERS)
    }

    /// Names the event by an id that is here.
    pub(super) fn at<P, B, H>(field: Field, verified: &Verified<P, B>, headers: &H) -> Option<Self>
    where
        P: Provider,
        B: AsRef<[u8]>,
        H: HeaderSource + ?Sized,
    {
        let at = EventAt { id: field, ..P::EVENT };
        let delivery = verified.delivery_at(headers, at);
        let id = delivery.id().filter(|id| !id.is_empty())?;
        Some(Self::new(verified.endpoint(), verified.tenant(), &id))
    }

    /// Names an event by its bytes, where it has no id.
    #[must_use]
    pub fn of_body(endpoint: &str, tenant: Option<&str>, body: &[u8]) -> Self {
        // No part begins with this sign, so that no id is taken for a digest.
        Self::with_last(endpoint, tenant, &digest('=', body))
    }

    fn with_last(endpoint: &str, tenant: Option<&str>, last: &str) -> Self {
        let endpoint = part(endpoint);
        Self(match tenant {
            Some(tenant) => format!("{endpoint}/{}/{last}", part(tenant)).into(),
            None => format!("{endpoint}/{last}").into(),
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdempotencyKey").field(&self.0).finish()
    }
}

/// Writes a part with plain signs, and short.
fn part(text: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let escaped = text.bytes().filter(|byte| !is_plain(*byte)).count();
    if text.len().saturating_add(escaped.saturating_mul(2)) > LONGEST_PART {
        return Cow::Owned(digest('~', text.as_bytes()));
    }
    if escaped == 0 {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(LONGEST_PART);
    for byte in text.bytes() {
        if is_plain(byte) {
            plain.push(char::from(byte));
        } else {
            // Writing to a `String` does not fail.
            let _ = write!(plain, "%{byte:02X}");
        }
    }
    Cow::Owned(plain)
}

fn digest(sign: char, bytes: &[u8]) -> String {
    let mut text = String::from(sign);
    for byte in body_digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Bytes of a part. Ids of providers have 20 to 40.
const LONGEST_PART: usize = 128;

#[cfg(test)]
mod tests {
    use super::*;

    fn key(tenant: Option<&str>, id: &str) -> String {
        IdempotencyKey::new("e", tenant, id).as_str().to_owned()
    }

    #[test]
    fn tells_parts_apart_that_hold_the_separators() {
        assert_eq!(key(None, "a/b"), "e/a%2Fb");
        assert_eq!(key(Some("a"), "b"), "e/a/b");
        assert_ne!(key(Some("a"), "b"), key(None, "a/b"));
        assert_ne!(key(None, "%41"), key(None, "A"));
        assert_ne!(key(Some(""), "b"), key(None, "b"));
    }

    #[test]
    fn keeps_every_sign_apart_and_printable() {
        let odd = ["\0", "\n", " ", "ü", "u\u{308}", "\u{202e}", "~", "=", "'", "🦀", "", "A", "a"];
        let keys: std::collections::HashSet<_> = odd.iter().map(|id| key(None, id)).collect();
        assert_eq!(keys.len(), odd.len());
        assert!(keys.iter().all(|key| key.bytes().all(|byte| byte.is_ascii_graphic())));
        assert_eq!(key(None, "\0ü"), "e/%00%C3%BC");
    }

    #[test]
    fn bounds_the_length_and_keeps_long_ids_apart() {
        assert_eq!(key(None, &"x".repeat(128)), format!("e/{}", "x".repeat(128)));
        let (one, other) = (key(None, &"x".repeat(129)), key(None, &"x".repeat(130)));
        assert!(one.starts_with("e/~") && one.len() == 2 + 65, "{one}");
        assert_ne!(one, other);
        // What is escaped counts as it is written.
        assert!(key(None, &"/".repeat(43)).starts_with("e/~"));
        assert_eq!(key(None, &"/".repeat(42)).len(), 2 + 126);
        // Nobody can spell the digest of another id.
        assert_ne!(key(None, one.trim_start_matches("e/")), one);
        let long = "é".repeat(1000);
        assert!(IdempotencyKey::new(&long, Some(&long), &long).as_str().len() <= 400);
    }

    #[test]
    fn takes_no_id_for_a_digest_of_a_body() {
        let of_body = IdempotencyKey::of_body("e", None, b"{}");
        assert!(of_body.as_str().starts_with("e/=44136fa3"), "{of_body}");
        assert_ne!(
            of_body,
            IdempotencyKey::new("e", None, of_body.as_str().trim_start_matches("e/"))
        );
        assert_eq!(of_body, IdempotencyKey::of_body("e", None, b"{}"));
        assert_ne!(of_body, IdempotencyKey::of_body("f", None, b"{}"));
    }
}
