//! Answers to requests without a signature, such as handshakes.

use std::sync::Arc;

use super::Verifier;
use crate::{
    Answer, Provider,
    request::{UnsignedRequest, unsigned::AnswerUnsigned},
};

/// # Settings: requests without a signature
impl<P: Provider> Verifier<P> {
    /// Answers requests **without a signature header** that a provider sends by `POST` to the URL
    /// of its deliveries: handshakes, such as Slack's `ssl_check`
    /// ([`slack::answer_ssl_check`](crate::providers::slack::answer_ssl_check)).
    ///
    /// The layers, the middleware and the extractors call the closure once the whole body has
    /// arrived, if the body has at most 4 KiB ([`UnsignedRequest::BODY_LIMIT`]). An answer is sent
    /// with status 200. The request is rejected if the closure returns `None`, or if the body is
    /// longer. The handler is never called. A request whose signature header is empty, malformed or
    /// wrong is never given to the closure. With a pair of verifiers, the first closure that
    /// returns an answer decides.
    ///
    /// Default: no closure. All such requests are then rejected, and their bodies are not kept.
    ///
    /// # Security
    ///
    /// Anybody can send such a request, with any method, and to any path that the verifier
    /// protects. Check the [path](crate::request::RequestHead::path) if the path matters. The
    /// closure must have no effect other than its answer. Do not take a secret from the request,
    /// except while you are setting up the endpoint and expect the handshake. Repeat text of the
    /// request only with [`HandshakeAnswer`], which checks that the text is a token.
    /// [`Answer::json`] and [`Answer::text`] do not check their text.
    ///
    /// # Examples
    ///
    /// A provider that sends a token in a header, and expects it in the same header of the answer:
    ///
    /// ```
    /// use countersign::providers::{HandshakeAnswer, XWebhookSignature};
    /// use countersign::{Answer, Secret, Verifier};
    ///
    /// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?
    ///     .answer_unsigned(|request| {
    ///         let token = request.head().header("x-hook-secret")?;
    ///         HandshakeAnswer::in_header("X-Hook-Secret", token).map(Answer::from)
    ///     });
    /// # let _ = verifier;
    /// # Ok::<_, countersign::ConfigError>(())
    /// ```
    ///
    /// [`HandshakeAnswer`]: crate::providers::HandshakeAnswer
    #[must_use]
    pub fn answer_unsigned<F>(self, answer: F) -> Self
    where
        F: Fn(&UnsignedRequest<'_>) -> Option<Answer> + Send + Sync + 'static,
    {
        self.set(|settings| settings.answer_unsigned = Some(Arc::new(answer)))
    }
}

impl<P> Verifier<P> {
    /// Returns the closure that answers requests without a signature.
    #[doc(hidden)]
    #[must_use]
    pub fn __answer_unsigned(&self) -> Option<&AnswerUnsigned> {
        self.shared.settings.answer_unsigned.as_ref()
    }
}
