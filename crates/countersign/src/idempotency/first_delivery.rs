//! What a handler takes, with its event claimed.

use super::ClaimGuard;
use crate::adapter::Extractor;

/// A verified delivery whose event is yours to handle: an extractor around another, for handlers
/// without the middleware. Behind it, there is never one: the event is the middleware's.
///
/// A delivery that `T` refuses is not claimed. [`ClaimGuard::complete`] the event once it is
/// handled; a handler that returns without doing so, whatever it answers, leaves the event to the
/// next delivery.
///
/// The store comes from where the verifier comes from: on axum `Idempotency: FromRef<S>`, on
/// actix-web the app data.
///
/// # Security
///
/// Two verifiers with different secrets must not have one [name](crate::Verifier::endpoint): see
/// the [module](crate::idempotency#security).
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection) if `T` rejects the delivery; if its event was handled before
/// (200) or is being handled for another delivery (503); if the store fails (503); or if the
/// application provides no `Idempotency` (500).
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
///         // Handled it is, and it is still being tried to say so.
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
    /// The delivery.
    pub delivery: T,
    /// Its event.
    pub claimed: ClaimGuard,
}

#[cfg(any(feature = "actix-web", feature = "axum"))]
impl<T: Extractor> FirstDelivery<T> {
    pub(crate) fn new(delivery: T, claimed: ClaimGuard) -> Self {
        Self { delivery, claimed }
    }
}
