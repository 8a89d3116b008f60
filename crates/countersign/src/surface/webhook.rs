//! The extractors [`Webhook`] and [`VerifiedBody`].

use std::{borrow::Cow, fmt};

use countersign_core::{Event, Provider};

use crate::{Verified, surface::event_facts::HeaderFacts};

/// A verified delivery and its typed event: an extractor.
///
/// It takes the proof that a layer or a middleware left. Without a proof, it verifies the body with
/// the verifier from the router's state (axum) or from the app data (actix-web). One handler
/// therefore works with and without a layer, nothing is hashed twice, and no forged delivery
/// reaches the handler, even if the layer is missing.
///
/// The second parameter is the provider. Set it for a second endpoint with the same events:
/// `Webhook<flat::Event, Eu>`, where `Eu` is a type of yours that implements
/// [`EndpointOf`](crate::providers::EndpointOf).
///
/// # Defaults
///
/// All settings are on the verifier. Unless they are set:
/// - a body has at most 1 MiB ([`Verifier::body_limit`](crate::Verifier::body_limit));
/// - a body is complete within 10 s ([`Verifier::body_deadline`](crate::Verifier::body_deadline));
/// - a signed time is at most as far from now as the provider's scheme states, mostly 300 s
///   ([`Verifier::tolerance`](crate::Verifier::tolerance)).
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 401 if the delivery is not verified: its signature does not match, its signed time is stale,
///   its tenant is unknown, or a header is missing, repeated or malformed;
/// - 413 if the body is larger than the limit;
/// - 408 if the body is not complete within the deadline;
/// - 400 if the body breaks off, or is signed and not UTF-8 JSON;
/// - 422 if the body is signed JSON and not the event `E`;
/// - 503 if the secrets of the tenant cannot be looked up;
/// - 500 if the verifier is missing (actix-web; on axum, such a handler does not compile);
/// - 200 if the request has no signature header and
///   [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned) answers it.
///
/// `Webhook<Result<E, PayloadError>>` also accepts signed bodies that are not the event `E`, so
/// that the handler can keep the bytes and answer 2xx.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::Body, http::StatusCode, routing::post};
/// use countersign::providers::{XWebhookSignature, x_webhook_signature::flat};
/// use countersign::{Secret, Signer, Verifier, Webhook, testing::SignedRequest};
/// use tower::ServiceExt;
///
/// async fn on_event(Webhook { event, .. }: Webhook<flat::Event>) -> String {
///     event.event_type().to_owned()
/// }
///
/// let secret = Secret::new("whsec_abc123")?;
/// let app = Router::new()
///     .route("/webhooks", post(on_event))
///     .with_state(Verifier::<XWebhookSignature>::new(secret.clone())?);
///
/// let signer = Signer::<XWebhookSignature>::new(secret)?;
/// let genuine = SignedRequest::new(&signer, r#"{"type":"user.created","data":{"id":"u_1"}}"#)?;
/// let response = app.clone().oneshot(genuine.http::<Body>("/webhooks")?).await?;
/// assert_eq!(response.status(), StatusCode::OK);
///
/// let forged = genuine.forged();
/// let response = app.oneshot(forged.http::<Body>("/webhooks")?).await?;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
///
/// Guide: [extractor or middleware?][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html
#[non_exhaustive]
pub struct Webhook<E: Event, P = <E as Event>::Provider> {
    /// The event.
    pub event: E,
    /// The proof, with the exact bytes that were signed.
    pub verified: Verified<P>,
    pub(super) header_facts: HeaderFacts,
}

impl<E: Event, P: Provider> Webhook<E, P> {
    /// Returns the event's id, if the provider's [`EVENT`](Provider::EVENT) has a place for it. The
    /// id is text, or the digits of an integer. An id in the body is read from the signed bytes at
    /// each call.
    ///
    /// Returns the id also if the event is a variant of [`events!`](crate::events) that holds only
    /// the data. Returns `None` if the delivery has no id.
    /// [`Delivery::id`](crate::event::Delivery::id) returns the same id.
    ///
    /// # Security
    ///
    /// If the place is an unsigned header
    /// ([`Location::is_signed`](crate::event::Location::is_signed)), anybody who sends the delivery
    /// again can change the id.
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

    /// Returns the event's type, if the provider's [`EVENT`](Provider::EVENT) has a place for it. A
    /// type in the body is read from the signed bytes at each call. Returns `None` if the type is
    /// repeated.
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
/// It works like [`Webhook`], without an event: it accepts any bytes that were signed, and the
/// defaults are the same.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 401 if the delivery is not verified: its signature does not match, its signed time is stale,
///   its tenant is unknown, or a header is missing, repeated or malformed;
/// - 413 if the body is larger than the limit;
/// - 408 if the body is not complete within the deadline;
/// - 400 if the body breaks off;
/// - 503 if the secrets of the tenant cannot be looked up;
/// - 500 if the verifier is missing (actix-web; on axum, such a handler does not compile);
/// - 200 if the request has no signature header and
///   [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned) answers it.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::{Body, to_bytes}, http::StatusCode, routing::post};
/// use countersign::providers::GitHub;
/// use countersign::{Secret, Signer, VerifiedBody, Verifier, testing::SignedRequest};
/// use tower::ServiceExt;
///
/// async fn on_bytes(VerifiedBody(verified): VerifiedBody<GitHub>) -> Vec<u8> {
///     verified.bytes().to_vec()
/// }
///
/// let secret = Secret::new("It's a Secret to Everybody")?;
/// let app = Router::new()
///     .route("/webhooks", post(on_bytes))
///     .with_state(Verifier::<GitHub>::new(secret.clone())?);
///
/// let genuine = SignedRequest::new(&Signer::<GitHub>::new(secret)?, "Hello, World!")?;
/// let response = app.clone().oneshot(genuine.http::<Body>("/webhooks")?).await?;
/// assert_eq!(to_bytes(response.into_body(), 100).await?, "Hello, World!");
///
/// let forged = genuine.forged();
/// let response = app.oneshot(forged.http::<Body>("/webhooks")?).await?;
/// assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
/// # Ok(())
/// # }
/// ```
///
/// Guide: [extractor or middleware?][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html
pub struct VerifiedBody<P>(
    /// The proof, with the exact bytes that were signed.
    pub Verified<P>,
);

impl<P: Provider> fmt::Debug for VerifiedBody<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedBody").field(&self.0).finish()
    }
}
