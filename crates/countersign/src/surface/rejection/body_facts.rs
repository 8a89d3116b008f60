//! The body of a rejected delivery, as far as its log line and its explanation need it.

#[cfg(feature = "explain")]
use bytes::Bytes;
#[cfg(feature = "explain")]
use countersign_core::error::VerifyErrorKind;

#[cfg(feature = "explain")]
use super::Reason;
use super::Rejection;
use crate::logs;

/// The facts about a body that the log line shows.
#[derive(Clone, Debug)]
pub(super) struct BodyFacts {
    pub(super) length: usize,
    /// `None` if the line is not written.
    pub(super) digest: Option<[u8; 32]>,
    /// The body, until the rejection is logged. Kept only if the verifier explains rejections.
    #[cfg(feature = "explain")]
    pub(super) unexplained: Option<Bytes>,
}

impl BodyFacts {
    fn of(body: &[u8], digest: Option<[u8; 32]>) -> Self {
        Self {
            length: body.len(),
            digest,
            #[cfg(feature = "explain")]
            unexplained: None,
        }
    }
}

impl Rejection {
    /// Adds the facts about the body. This costs a hash, so it is done only if the line is written.
    pub(crate) fn about(self, body: &[u8]) -> Self {
        if !tracing::enabled!(target: logs::REJECTION, tracing::Level::WARN) {
            return self;
        }
        let digest = countersign_core::adapter::body_digest(body);
        Self { body: Some(Box::new(BodyFacts::of(body, Some(digest)))), ..self }
    }

    /// Keeps the body until the rejection is logged, if it will be explained.
    #[cfg(feature = "explain")]
    pub(crate) fn keeping(mut self, body: Bytes) -> Self {
        let is_mismatch = matches!(
            &self.reason,
            Reason::Verify(error) if error.kind() == VerifyErrorKind::Mismatch
        );
        if is_mismatch && self.custom.explainer().is_some_and(|one| one.0.is_ready()) {
            let facts = self.body.get_or_insert_with(|| Box::new(BodyFacts::of(&body, None)));
            facts.unexplained = Some(body);
        }
        self
    }
}
