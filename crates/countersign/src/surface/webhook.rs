//! What a handler takes.

use std::fmt;

use countersign_core::{Event, Provider};

use crate::Verified;

/// A verified delivery and the event it tells: an extractor.
///
/// It takes the proof that a verifying layer left, else verifies the body with the verifier of the
/// application: one handler works with and without the layer, nothing is hashed twice, and a layer
/// that was forgotten opens no door. Another endpoint of the same kind of event is named by the
/// second parameter: `Webhook<flat::Event, Eu>`.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection). A delivery that was signed and does not fit `E` is refused
/// with 400 or 422; `Webhook<Result<E, PayloadError>>` takes it all the same, to keep the bytes and
/// answer 2xx.
#[non_exhaustive]
pub struct Webhook<E: Event, P = <E as Event>::Provider> {
    /// The event.
    pub event: E,
    /// The proof, with the exact bytes that were signed.
    pub verified: Verified<P>,
}

impl<E: Event, P: Provider> Webhook<E, P> {
    /// Returns the event and the proof.
    #[must_use]
    pub fn into_parts(self) -> (E, Verified<P>) {
        (self.event, self.verified)
    }
}

impl<E: Event + fmt::Debug, P: Provider> fmt::Debug for Webhook<E, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("event", &self.event)
            .field("verified", &self.verified)
            .finish()
    }
}

/// A verified delivery whose bytes the handler reads itself: an extractor.
///
/// As [`Webhook`], without an event: any bytes that were signed are accepted.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection).
pub struct VerifiedBody<P>(
    /// The proof, with the exact bytes that were signed.
    pub Verified<P>,
);

impl<P: Provider> fmt::Debug for VerifiedBody<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedBody").field(&self.0).finish()
    }
}
