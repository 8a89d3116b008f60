//! Answers to requests that do not reach a handler.

use std::{borrow::Cow, fmt};

use crate::providers::HandshakeAnswer;

/// The content type and the body of the answer to a rejected delivery or to a handshake.
///
/// The answers with status 400, 401, 413 and 422 can be set on the verifier: for example,
/// [`Verifier::unauthorized`](crate::Verifier::unauthorized) sets the answer to every delivery
/// whose signature is rejected. These answers are fixed data, not closures: an answer that depends
/// on the delivery could help a forger.
///
/// The answer to a handshake ([`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned)) is
/// also fixed data, or a [`HandshakeAnswer`], which repeats only a token. `Debug` does not show
/// that token.
///
/// The default is `{"error":"Invalid signature"}`, the answer with status 401.
///
/// # Security
///
/// [`json`](Self::json) and [`text`](Self::text) do not check their text. Do not pass them text of
/// a request: only [`HandshakeAnswer`] checks the text that it repeats.
///
/// # Examples
///
/// ```
/// use countersign::Answer;
///
/// let answer = Answer::json(r#"{"message":"Webhook signature does not match."}"#);
/// assert_eq!(answer.content_type(), "application/json");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    content_type: &'static str,
    body: Cow<'static, str>,
    // Boxed, because few answers have a field, and rejections are moved.
    field: Option<Box<(&'static str, Box<str>)>>,
}

impl Answer {
    /// Makes an answer with this JSON text, which is sent unchanged.
    #[must_use]
    pub fn json(body: impl Into<Cow<'static, str>>) -> Self {
        Self { content_type: JSON, body: body.into(), field: None }
    }

    /// Makes an answer with this plain text.
    #[must_use]
    pub fn text(body: impl Into<Cow<'static, str>>) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body: body.into(), field: None }
    }

    /// Makes an answer with a JSON text that is a constant.
    #[doc(hidden)]
    #[must_use]
    pub const fn __json(body: &'static str) -> Self {
        Self { content_type: JSON, body: Cow::Borrowed(body), field: None }
    }

    /// The default answer, with status 401.
    #[doc(hidden)]
    pub const __INVALID_SIGNATURE: Self = Self::__json(r#"{"error":"Invalid signature"}"#);

    /// Returns the value of the answer's `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// Returns the answer's body.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Returns the answer's body without a copy.
    #[must_use]
    pub fn into_body(self) -> Cow<'static, str> {
        self.body
    }

    /// Returns the answer's body if it is a constant.
    #[doc(hidden)]
    #[must_use]
    pub fn __constant(&self) -> Option<&'static str> {
        match self.body {
            Cow::Borrowed(body) => Some(body),
            Cow::Owned(_) => None,
        }
    }

    /// Returns the header field in which a token is repeated, if the answer has one. See
    /// [`HandshakeAnswer::in_header`].
    #[must_use]
    pub fn field(&self) -> Option<(&'static str, &str)> {
        let (name, value) = self.field.as_deref()?;
        Some((name, value))
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::__INVALID_SIGNATURE
    }
}

impl From<HandshakeAnswer> for Answer {
    fn from(answer: HandshakeAnswer) -> Self {
        let (content_type, body, field) = answer.into_parts();
        Self { content_type, body: Cow::Owned(body), field: field.map(Box::new) }
    }
}

const JSON: &str = "application/json";

/// Shows only constant bodies: another body, or a header field, may repeat a secret token.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut answer = f.debug_struct("Answer");
        answer.field("content_type", &self.content_type);
        match (&self.body, &self.field) {
            (Cow::Borrowed(body), None) => answer.field("body", body).finish(),
            _ => answer.finish_non_exhaustive(),
        }
    }
}
