//! What the answers to handshakes have in common: nothing that could do harm is repeated.

use std::{borrow::Cow, fmt};

use crate::scheme::is_field_name;

/// What to answer a provider that asks whether an endpoint is yours: status 200 with these header
/// fields and this body.
///
/// # Security
///
/// Some providers ask before anything is signed, and want a text of theirs repeated: whoever calls
/// the endpoint can have it repeated, too. So that nothing is gained by it,
///
/// - the text is at most 256 letters, digits and `-._~+/=`: no markup, no script, no line of a
///   header, no address;
/// - the header fields say that it is no HTML (`Content-Type`), and that browsers shall not think
///   otherwise (`X-Content-Type-Options: nosniff`). **Set both**: [`headers`](Self::headers).
///
/// # Examples
///
/// ```
/// use countersign_core::providers::dropbox;
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
    /// Repeats a token as the body, for a handshake of your own. `None` if the text is not a token.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::providers::HandshakeAnswer;
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

    /// Repeats a token in a header field, with an empty body, for a handshake of your own. `None`
    /// if the text is not a token, or the name is not the name of a field.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign_core::providers::HandshakeAnswer;
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

    /// The header fields to set.
    #[must_use]
    pub fn headers(&self) -> [(&'static str, &'static str); 2] {
        [("Content-Type", self.content_type), ("X-Content-Type-Options", "nosniff")]
    }

    /// Returns the header field in which a token is repeated, if the answer has one.
    #[must_use]
    pub fn field(&self) -> Option<(&'static str, &str)> {
        self.field.as_ref().map(|(name, value)| (*name, &**value))
    }

    /// The body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// The body, given away.
    #[must_use]
    pub fn into_body(self) -> String {
        self.body
    }
}

/// The body may hold a MAC.
impl fmt::Debug for HandshakeAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandshakeAnswer")
            .field("content_type", &self.content_type)
            .finish_non_exhaustive()
    }
}

/// Takes a text that may be repeated, hashed, and put between the quotes of JSON as it is.
///
/// All challenges that providers document are letters and digits; base64 in both alphabets is let
/// through besides. There is no colon among them: see `zoom::Validator`.
pub(super) fn token(text: &str) -> Option<&str> {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    let fits = (1..=MAX_TOKEN).contains(&text.len()) && text.bytes().all(is_token);
    fits.then_some(text)
}

/// Finds the parameters of these names in a query, each of which is there exactly once.
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

/// Slack's challenges have 52 characters, Zoom's 22, Meta's some 10.
const MAX_TOKEN: usize = 256;

/// Bytes; more than any of the handshakes needs, and little to decode.
const MAX_QUERY: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_nothing_that_could_do_harm() {
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
    fn finds_parameters_that_are_there_once() {
        let found = |query| {
            parameters(query, ["a", "hub.b"]).map(|values| values.map(Cow::into_owned).join("|"))
        };
        assert_eq!(found("hub.b=2&x=0&a=1").as_deref(), Some("1|2"));
        assert_eq!(found("a=%31%2B&hub%2Eb=2+3").as_deref(), Some("1+|2 3"));
        assert_eq!(found("a=&hub.b").as_deref(), Some("|"));
        for query in ["", "a=1", "hub.b=2", "a=1&hub.b=2&a=1", "a=1&a=1&hub.b=2", "A=1&hub.b=2"] {
            assert_eq!(found(query), None, "{query}");
        }
        // What is not UTF-8 is decoded to what no token has.
        assert_eq!(found("a=%ff%00&hub.b=").as_deref(), Some("\u{fffd}\0|"));
        let long = format!("a=1&hub.b=2&x={}", "x".repeat(2035));
        assert_eq!(long.len(), 2049);
        assert_eq!(found(&long), None);
        assert!(found(&long[..2048]).is_some());
    }
}
