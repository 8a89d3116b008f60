//! The extractor that claims the event of a delivery.

use super::ClaimGuard;
use crate::adapter::Extractor;

/// A verified delivery whose event is claimed: an extractor around another one.
///
/// Use it in handlers that are not behind `IdempotencyLayer` or `IdempotencyMiddleware`. Behind one
/// of these, the event is already claimed: the extractor finds it in progress, and answers 503.
/// `VerifyLayer` or `VerifyMiddleware` may be around the handler: the extractor then takes its
/// proof.
///
/// A delivery that `T` rejects is not claimed. Call [`ClaimGuard::complete`] once the event is
/// handled. If the handler returns without doing so, the next delivery of the event is handled,
/// whatever the handler answers.
///
/// The [`Idempotency`](super::Idempotency) comes from the same place as the verifier: on axum from
/// the state (`Idempotency: FromRef<S>`), on actix-web from the app data. By default, its lease is
/// 60 s, its ttl 24 h, and its store's deadline 2 s.
///
/// # Security
///
/// Two verifiers with different secrets must not share a [name](crate::Verifier::endpoint): see the
/// [module](crate::idempotency#security).
///
/// # Errors
///
/// Returns a [`Rejection`](crate::Rejection) with
/// - the status with which `T` rejects the delivery, such as 401 or 422;
/// - 200, or the status of the kept answer, and `Idempotent-Replayed: true` if the event was handled
///   before;
/// - 503 and `Retry-After` if the event is being handled for another delivery, unless
///   [`in_progress_status`](super::Idempotency::in_progress_status) sets another status;
/// - 503 and `Retry-After: 5` (seconds) if the store fails, or does not answer within its deadline,
///   unless [`risk_duplicates_when_store_fails`](super::Idempotency::risk_duplicates_when_store_fails)
///   is set;
/// - 500 if the application provides no `Idempotency` on actix-web (on axum, this does not
///   compile).
///
/// # Examples
///
/// On axum:
///
/// ```
/// use axum::{Router, extract::FromRef, http::{Request, StatusCode}, routing::post};
/// use countersign::{
///     Secret, Signer, Verifier, Webhook,
///     idempotency::{FirstDelivery, Idempotency, MemoryStore},
///     providers::{XWebhookSignature, x_webhook_signature::Event},
/// };
/// use tower::ServiceExt;
///
/// #[derive(Clone, FromRef)]
/// struct App { verifier: Verifier<XWebhookSignature>, idempotency: Idempotency }
///
/// async fn handle(FirstDelivery { delivery: Webhook { event, .. }, claimed, .. }: FirstDelivery<Webhook<Event>>) -> StatusCode {
///     // .. handle the event ..
///     match claimed.complete().await {
///         Ok(_) => StatusCode::OK,
///         // The event was handled, and the store is still asked to mark it.
///         Err(error) => StatusCode::ACCEPTED,
///     }
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let app = Router::new().route("/webhooks", post(handle)).with_state(App {
///     verifier: Verifier::new(Secret::new("your_webhook_secret")?)?,
///     idempotency: Idempotency::new(MemoryStore::new()),
/// });
///
/// let body = r#"{"id":"evt_1","type":"user.created","data":{}}"#;
/// let headers = Signer::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?
///     .sign(body.as_bytes())?;
/// for is_duplicate in [false, true] {
///     let request = headers.iter().fold(Request::post("/webhooks"), |request, (name, value)| {
///         request.header(name, value)
///     });
///     let response = app.clone().oneshot(request.body(axum::body::Body::from(body))?).await?;
///     assert_eq!(response.status(), StatusCode::OK);
///     assert_eq!(response.headers().contains_key("Idempotent-Replayed"), is_duplicate);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct FirstDelivery<T: Extractor> {
    /// The verified delivery.
    pub delivery: T,
    /// The claim to the delivery's event.
    pub claimed: ClaimGuard,
}

#[cfg(any(feature = "actix-web", feature = "axum"))]
impl<T: Extractor> FirstDelivery<T> {
    pub(crate) fn new(delivery: T, claimed: ClaimGuard) -> Self {
        Self { delivery, claimed }
    }
}
