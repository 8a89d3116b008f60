//! What a refused sender is told.

/// The body of the answer to a delivery whose signature is refused (401).
///
/// One answer for every such refusal, whatever the reason: an answer that differs tells a forger
/// how far he got. It is data, not a closure, so that it cannot depend on the delivery.
///
/// The default is `{"error":"Invalid signature"}`.
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
