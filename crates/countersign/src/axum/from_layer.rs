use axum_core::extract::FromRequestParts;
use http::request::Parts;

use crate::{
    Rejection,
    surface::{Extractor, http::read},
};

/// A delivery that a [`VerifyLayer`] around the route has verified: an extractor for handlers with
/// any state.
///
/// `T` is [`Webhook`](crate::Webhook), [`VerifiedBody`](crate::VerifiedBody) or
/// [`Either`](crate::Either). Without `FromLayer`, these extractors also take the proof of the
/// layer, but they need a verifier in the state of the router, and a state such as `Arc<App>`
/// cannot provide one. `FromLayer` needs nothing from the state, and never verifies.
///
/// # Defaults
///
/// `FromLayer` has no settings. The limits and the answers are those of the verifier in the layer:
/// 1 MiB and 10 s unless set.
///
/// # Errors
///
/// A [`Rejection`], which is the response:
/// - 400 if the signed body is not UTF-8 JSON, and `T` holds an event;
/// - 422 if the signed body is JSON and not the event of `T`;
/// - 500 if no layer has verified the request for the provider of `T`; the log line names the
///   missing layer.
///
/// The layer itself answers all other rejections, such as 401, 408 and 413, and the extractor does
/// not run.
///
/// # Security
///
/// Without the layer, every request is answered 500: an unverified body never reaches the handler.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "tower")] {
/// use std::sync::Arc;
///
/// use axum::{Router, body::Body, extract::State, http::{Request, StatusCode}, routing::post};
/// use countersign::{
///     FromLayer, Secret, Signer, Verifier, Webhook,
///     providers::{XWebhookSignature, x_webhook_signature::flat},
///     tower::VerifyLayer,
/// };
/// use tower::ServiceExt;
///
/// struct App { greeting: &'static str }
///
/// async fn handle(
///     State(app): State<Arc<App>>,
///     FromLayer(Webhook { event, .. }): FromLayer<Webhook<flat::Event>>,
/// ) -> String {
///     format!("{} {}", app.greeting, event.event_type())
/// }
///
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let secret = Secret::new("whsec_abc123")?;
/// let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
/// let routes = Router::new().route("/events", post(handle));
/// let unprotected = routes.clone().with_state(Arc::new(App { greeting: "hello" }));
/// let app = routes
///     .layer(VerifyLayer::new(verifier))
///     .with_state(Arc::new(App { greeting: "hello" }));
///
/// let body = r#"{"id":"evt_1","type":"user.created","data":{"id":"u_1"}}"#;
/// let headers = Signer::<XWebhookSignature>::new(secret)?.sign(body.as_bytes())?;
/// let request = || {
///     let post = headers.iter().fold(Request::post("/events"), |post, (name, value)| {
///         post.header(name, value)
///     });
///     post.body(Body::from(body))
/// };
/// assert_eq!(app.oneshot(request()?).await?.status(), StatusCode::OK);
/// // Without the layer:
/// let response = unprotected.oneshot(request()?).await?;
/// assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
/// # Ok(())
/// # }
/// # }
/// ```
///
/// Guide: [extractor or middleware?][guide]
///
/// [`VerifyLayer`]: https://docs.rs/countersign/latest/countersign/tower/struct.VerifyLayer.html
/// [guide]: https://docs.rs/countersign/latest/countersign/_guide/extractor_or_middleware/index.html
#[derive(Clone, Copy, Debug)]
pub struct FromLayer<T>(
    /// The delivery.
    pub T,
);

impl<S, T> FromRequestParts<S> for FromLayer<T>
where
    S: Send + Sync,
    T: Extractor + Send,
{
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        read(parts).map(Self)
    }
}
