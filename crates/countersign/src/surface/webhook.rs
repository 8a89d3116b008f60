//! What a handler takes.

use std::{borrow::Cow, fmt};

use countersign_core::{Event, Provider};

use crate::{Verified, surface::event_facts::HeaderFacts};

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
    pub(super) header_facts: HeaderFacts,
}

impl<E: Event, P: Provider> Webhook<E, P> {
    /// Returns the event's id, if the provider's [`EVENT`](Provider::EVENT) has a place for it: a
    /// text, or an integer as its digits. An id in the body is read from the signed bytes at each
    /// call.
    ///
    /// Returns the id also for a variant of [`events!`](crate::events) that holds only the data.
    /// Returns `None` if the delivery has no id. See
    /// [`Delivery::id`](crate::event::Delivery::id), which returns the same.
    ///
    /// # Security
    ///
    /// Where the place is a header that is not signed
    /// ([`Location::is_signed`](crate::event::Location::is_signed)), whoever replays a delivery can
    /// change the id.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[cfg(not(all(feature = "axum", feature = "testing")))] fn main() {}
    /// # #[cfg(all(feature = "axum", feature = "testing"))]
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use axum::{Router, body::{Body, to_bytes}, routing::post};
    /// use countersign::{
    ///     Secret, Signer, Verifier, Webhook, events, providers::XWebhookSignature,
    ///     testing::SignedRequest,
    /// };
    /// use tower::ServiceExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// pub struct Invoice { total: u64 }
    ///
    /// events! {
    ///     pub enum BillingEvent for XWebhookSignature { "invoice.paid" => Paid(Invoice) }
    /// }
    ///
    /// async fn on_event(webhook: Webhook<BillingEvent>) -> String {
    ///     assert!(matches!(webhook.event, BillingEvent::Paid(Invoice { total: 12 })));
    ///     // The variant holds only the data.
    ///     assert_eq!(webhook.event.id(), None);
    ///     assert_eq!(webhook.event_type().as_deref(), Some("invoice.paid"));
    ///     webhook.id().unwrap_or_default().into_owned()
    /// }
    ///
    /// let secret = Secret::new("whsec_abc123")?;
    /// let app = Router::new()
    ///     .route("/webhooks", post(on_event))
    ///     .with_state(Verifier::<XWebhookSignature>::new(secret.clone())?);
    ///
    /// let body = r#"{"id":"evt_1","type":"invoice.paid","data":{"total":12}}"#;
    /// let request = SignedRequest::new(&Signer::<XWebhookSignature>::new(secret)?, body)?;
    /// let response = app.oneshot(request.http::<Body>("/webhooks")?).await?;
    /// assert_eq!(to_bytes(response.into_body(), 100).await?, "evt_1");
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn id(&self) -> Option<Cow<'_, str>> {
        self.header_facts.id(&self.verified)
    }

    /// Returns the event's type, where the provider's [`EVENT`](Provider::EVENT) has a place for
    /// it. A type in the body is read from the signed bytes at each call. `None` if it is repeated.
    ///
    /// See [`id`](Self::id) for an example and for types in headers.
    #[must_use]
    pub fn event_type(&self) -> Option<Cow<'_, str>> {
        self.header_facts.event_type(&self.verified)
    }

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
