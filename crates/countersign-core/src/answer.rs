//! The body of an answer to a rejected delivery.

/// The content type and the body of the answer to a rejected delivery.
///
/// Each status has one answer, which is set on the verifier: for example,
/// [`Verifier::unauthorized`](crate::Verifier::unauthorized) sets the answer to every delivery
/// whose signature is rejected. It is data and not a closure, so that it cannot depend on the
/// delivery: an answer that depends on it could help a forger.
///
/// The default is `{"error":"Invalid signature"}`, the answer with status 401.
///
/// # Examples
///
/// ```
/// use countersign_core::Answer;
///
/// let answer = Answer::json(r#"{"message":"Webhook signature does not match."}"#);
/// assert_eq!(answer.content_type(), "application/json");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    content_type: &'static str,
    body: &'static str,
}

impl Answer {
    /// Answers with this JSON text, which is sent as it is.
    #[must_use]
    pub const fn json(body: &'static str) -> Self {
        Self { content_type: "application/json", body }
    }

    /// Answers with this plain text.
    #[must_use]
    pub const fn text(body: &'static str) -> Self {
        Self { content_type: "text/plain; charset=utf-8", body }
    }

    /// The value of the answer's `Content-Type`.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.content_type
    }

    /// The answer's body.
    #[must_use]
    pub fn body(&self) -> &'static str {
        self.body
    }
}

impl Default for Answer {
    fn default() -> Self {
        Self::json(r#"{"error":"Invalid signature"}"#)
    }
}
