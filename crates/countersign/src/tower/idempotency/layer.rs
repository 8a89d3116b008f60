use std::fmt;

use http::Extensions;
use tower_layer::Layer;

use super::IdempotencyService;
use crate::{
    idempotency::Idempotency,
    surface::{Verifiers, proof::Finder},
};

/// Layer that applies the [`IdempotencyService`] middleware. Put it inside of a [`VerifyLayer`]
/// with the same verifiers.
///
/// The middleware claims the event of a delivery, and then calls the inner service. A 2xx answer
/// completes the event. Any other answer, an error, a panic or a client that hangs up releases the
/// event, so that its next delivery is handled.
///
/// # Rejections
///
/// A delivery does not reach the inner service, but is answered with
/// - 200 and `Idempotent-Replayed: true` if its event was handled before; the answer is the first
///   one if [`replay_answers_up_to`](Idempotency::replay_answers_up_to) kept it;
/// - 503 and `Retry-After` if its event is being handled for another delivery, unless
///   [`in_progress_status`](Idempotency::in_progress_status) sets another status;
/// - 503 and `Retry-After: 5` (seconds) if the store fails, or does not answer within its deadline;
/// - 500 if no layer of these verifiers is around this one, which is a mistake in the application.
///
/// # Defaults
///
/// [`Idempotency`] has all settings: by default, a claim lasts for 60 s, a completed event is
/// remembered for 24 h, and the store has to answer within 2 s.
///
/// # Examples
///
/// ```
/// use std::sync::atomic::{AtomicU32, Ordering};
///
/// use axum::{Router, routing::post};
/// use countersign::{
///     Secret, Signer, Verifier,
///     idempotency::{Idempotency, MemoryStore},
///     providers::XWebhookSignature,
///     tower::{IdempotencyLayer, VerifyLayer},
/// };
/// use http::{Request, StatusCode};
/// use tower::{ServiceBuilder, ServiceExt};
///
/// static HANDLED: AtomicU32 = AtomicU32::new(0);
/// async fn handle() { HANDLED.fetch_add(1, Ordering::Relaxed); }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Verifier::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?;
/// let idempotency = Idempotency::new(MemoryStore::new());
/// let app: Router = Router::new().route("/webhooks", post(handle)).route_layer(
///     ServiceBuilder::new()
///         .layer(VerifyLayer::new(verifier.clone()))
///         .layer(IdempotencyLayer::new(&verifier, idempotency)),
/// );
///
/// let body = r#"{"id":"evt_1","type":"user.created","data":{}}"#;
/// let headers = Signer::<XWebhookSignature>::new(Secret::new("your_webhook_secret")?)?
///     .sign(body.as_bytes())?;
/// let delivery = || {
///     let request = headers.iter().fold(Request::post("/webhooks"), |request, (name, value)| {
///         request.header(name, value)
///     });
///     request.body(axum::body::Body::from(body))
/// };
///
/// let first = app.clone().oneshot(delivery()?).await?;
/// assert_eq!(first.status(), StatusCode::OK);
///
/// let second = app.oneshot(delivery()?).await?;
/// assert_eq!(second.status(), StatusCode::OK);
/// assert_eq!(second.headers()["Idempotent-Replayed"], "true");
/// assert_eq!(HANDLED.load(Ordering::Relaxed), 1);
/// # Ok(())
/// # }
/// ```
///
/// [`VerifyLayer`]: crate::tower::VerifyLayer
///
/// Guide: [each event once][guide]
///
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/idempotency/index.html
#[derive(Clone)]
#[must_use]
pub struct IdempotencyLayer {
    idempotency: Idempotency,
    finder: Finder<Extensions>,
}

impl IdempotencyLayer {
    /// Handles each event once. `verifiers` are those of the layer around this one.
    ///
    /// # Security
    ///
    /// Two verifiers with different secrets must not share a [name](crate::Verifier::endpoint):
    /// events of one sender would be treated as duplicates of the other sender's events. If both
    /// verifiers use one `Idempotency`, this mistake is logged at `ERROR`, once.
    pub fn new<V: Verifiers>(verifiers: &V, idempotency: Idempotency) -> Self {
        idempotency.introduce(verifiers);
        Self { idempotency, finder: Finder::of::<V>() }
    }
}

impl<S> Layer<S> for IdempotencyLayer {
    type Service = IdempotencyService<S>;

    fn layer(&self, inner: S) -> IdempotencyService<S> {
        IdempotencyService::new(inner, self.idempotency.clone(), self.finder)
    }
}

impl fmt::Debug for IdempotencyLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyLayer")
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}
