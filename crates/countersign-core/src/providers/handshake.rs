//! Answers to handshakes, which repeat a text only if it is safe.

use std::{borrow::Cow, fmt};

use crate::scheme::is_field_name;

/// The answer to a provider that checks whether an endpoint is yours: status 200 with these header
/// fields and this body.
///
/// # Security
///
/// Some providers send an unsigned request with a text, and expect the text back. Anyone can send
/// such a request. Two measures make the answer harmless:
///
/// - The text is a token: 1 to 256 characters, each of them a letter, a digit or one of `-._~+/=`.
///   It therefore contains no markup, no line break and no URL with a scheme.
/// - The header fields state that the body is not HTML (`Content-Type`), and that browsers must not
///   guess another type (`X-Content-Type-Options: nosniff`). **Set both**:
///   [`headers`](Self::headers).
///
/// # Examples
///
/// ```
/// use countersign::providers::dropbox;
///
/// let answer = dropbox::answer_challenge("challenge=abc123").ok_or("no challenge")?;
/// assert_eq!(answer.body(), "abc123");
/// assert_eq!(
///     answer.headers(),
///     [("Content-Type", "text/plain"), ("X-Content-Type-Options", "nosniff")],
/// );
/// # Ok::<_, &str>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct HandshakeAnswer {
    content_type: &'static str,
    body: String,
    field: Option<(&'static str, Box<str>)>,
}

impl HandshakeAnswer {
    /// Repeats a token as the body, for a handshake that you implement. Returns `None` if the text
    /// is not a token.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::providers::HandshakeAnswer;
    ///
    /// let answer = HandshakeAnswer::in_body("abc123").ok_or("not a token")?;
    /// assert_eq!(answer.body(), "abc123");
    /// assert!(HandshakeAnswer::in_body("<script>").is_none());
    /// # Ok::<_, &str>(())
    /// ```
    #[must_use]
    pub fn in_body(text: &str) -> Option<Self> {
        token(text).map(Self::text)
    }

    /// Repeats a token in a header field, with an empty body, for a handshake that you implement.
    /// Returns `None` if the text is not a token, or if the name is not a valid field name.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::providers::HandshakeAnswer;
    ///
    /// let token = "b537207f20cbfa02357cf448134da559";
    /// let answer = HandshakeAnswer::in_header("X-Hook-Secret", token).ok_or("not a token")?;
    /// assert_eq!(answer.field(), Some(("X-Hook-Secret", token)));
    /// assert!(HandshakeAnswer::in_header("X-Hook-Secret", "a b").is_none());
    /// assert!(HandshakeAnswer::in_header("X Hook Secret", token).is_none());
    /// # Ok::<_, &str>(())
    /// ```
    #[must_use]
    pub fn in_header(name: &'static str, text: &str) -> Option<Self> {
        let field = is_field_name(name).then_some((name, token(text)?.into()));
        field.map(|field| Self { field: Some(field), ..Self::text("") })
    }

    pub(super) fn text(token: &str) -> Self {
        Self { content_type: "text/plain", body: token.to_owned(), field: None }
    }

    pub(super) fn json(body: String) -> Self {
        Self { content_type: "application/json", body, field: None }
    }

    pub(crate) fn into_parts(self) -> (&'static str, String, Option<(&'static str, Box<str>)>) {
        (self.content_type, self.body, self.field)
    }

    /// Returns the two header fields that every answer needs. The field of
    /// [`in_header`](Self::in_header) is not among them: set the one that [`field`](Self::field)
    /// returns, too.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, &'static str); 2] {
        [("Content-Type", self.content_type), ("X-Content-Type-Options", "nosniff")]
    }

    /// Returns the header field that repeats the token, if [`in_header`](Self::in_header) made the
    /// answer. Set it in addition to [`headers`](Self::headers).
    #[must_use]
    pub fn field(&self) -> Option<(&'static str, &str)> {
        self.field.as_ref().map(|(name, value)| (*name, &**value))
    }

    /// Returns the body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the body as a `String`.
    #[must_use]
    pub fn into_body(self) -> String {
        self.body
    }
}

/// Omits the body, which may hold a MAC.
impl fmt::Debug for HandshakeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeAnswer")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// Returns the text if it is safe to repeat, to hash, and to write into a JSON string without
/// escaping.
///
/// All challenges that providers document are letters and digits. The characters of base64 in both
/// alphabets, `.` and `~` are accepted too. A colon must not be accepted: see `zoom::Validator`.
pub(super) fn token(text: &str) -> Option<&str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fits = (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(is_token);
    fits.then_some(text)
}

/// Returns the values of these parameters, if each occurs exactly once in the query.
pub(super) fn parameters<'a, const COUNT: usize>(
    query: &'a str,
    names: [&str; COUNT],
) -> Option<[Cow<'a, str>; COUNT]> {
    if query.len() > MAX_QUERY {
        return None;
    }
    let mut values = [const { None }; COUNT];
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if let Some(index) = names.iter().position(|wanted| *wanted == name)
            && values[index].replace(value).is_some()
        {
            return None;
        }
    }
    let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
    values.try_into().ok()
}

/// Greatest length of a token, in bytes. Slack's challenges have 52 characters, Zoom's 22, and
/// Meta's about 10.
const MAX_TOKEN: usize = 256;

/// Greatest length of a query, in bytes: more than any handshake needs, and fast to decode.
const MAX_QUERY: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rejects_unsafe_tokens() {
        for text in ["abc123", "qgg8vlvZRS6UYooatFL8Aw", "a-b_c.d~e", "+/==", "0", &"a".repeat(256)]
        {
            assert_eq!(token(text), Some(text));
        }
        for text in [
            "",
            &"a".repeat(257),
            "a b",
            "a\r\nSet-Cookie:x",
            "a\0",
            "<script>",
            "a&b",
            "a\"b",
            "a'b",
            "a\\b",
            "a(b)",
            "v0:1700000000:{}",
            "javascript:x",
            "é",
            "a\u{fffd}",
            "\u{ff1c}",
        ] {
            assert_eq!(token(text), None, "{text:?}");
        }
    }

    #[test]
    fn finds_parameters_that_occur_once() {
        let found = |query| {
            parameters(query, ["a", "hub.b"]).map(|values| values.map(Cow::into_owned).join("|"))
        };
        assert_eq!(found("hub.b=2&x=0&a=1").as_deref(), Some("1|2"));
        assert_eq!(found("a=%31%2B&hub%2Eb=2+3").as_deref(), Some("1+|2 3"));
        assert_eq!(found("a=&hub.b").as_deref(), Some("|"));
        for query in ["", "a=1", "hub.b=2", "a=1&hub.b=2&a=1", "a=1&a=1&hub.b=2", "A=1&hub.b=2"] {
            assert_eq!(found(query), None, "{query}");
        }
        // Bytes that are not UTF-8 are decoded to characters that no token has.
        assert_eq!(found("a=%ff%00&hub.b=").as_deref(), Some("\u{fffd}\0|"));
        let long = format!("a=1&hub.b=2&x={}", "x".repeat(2035));
        assert_eq!(long.len(), 2049);
        assert_eq!(found(&long), None);
        assert!(found(&long[..2048]).is_some());
    }
}
