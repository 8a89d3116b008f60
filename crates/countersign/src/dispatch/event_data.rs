//! The extractor of an event's data.

use serde::de::DeserializeOwned;

use super::read;
use crate::{Rejection, surface::proof::Extensions};

/// Extractor of an event's data, for handlers of `Events` (of [`axum`] or [`actix_web`]).
///
/// The data is read from the verified bytes. The provider's [`EVENT`](crate::Provider::EVENT)
/// states where it is: in the member `data` for Standard Webhooks, in the whole body for GitHub.
/// Absent data counts as `null`: if `T` is an `Option`, it is `None`. The extractor takes nothing
/// from the state of the router, so it works with any state.
///
/// # Errors
///
/// A [`Rejection`](crate::Rejection), which is the response:
/// - 400 if the signed body is not UTF-8 JSON;
/// - 422 if the data does not fit `T`, or if the body that should have the data as a member is not
///   an object;
/// - 500 if the handler is not a handler of `Events`, or no layer has verified the request.
///
/// # Examples
///
/// ```
/// # #[cfg(not(all(feature = "axum", feature = "testing", feature = "tower")))] fn main() {}
/// # #[cfg(all(feature = "axum", feature = "testing", feature = "tower"))]
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use axum::{Router, body::{Body, to_bytes}};
/// use countersign::{
///     EventData, Secret, Signer, Verifier, axum::Events, providers::XWebhookSignature,
///     testing::SignedRequest, tower::VerifyLayer,
/// };
/// use tower::{Layer, ServiceExt};
///
/// #[derive(serde::Deserialize)]
/// struct User { id: String }
///
/// async fn on_created(EventData(user): EventData<User>) -> String { user.id }
///
/// let secret = Secret::new("whsec_abc123")?;
/// let verifier = Verifier::<XWebhookSignature>::new(secret.clone())?;
/// let events = Events::new(&verifier).on("user.created", on_created).with_state(());
/// let service = VerifyLayer::new(verifier).layer(events);
/// let app: Router = Router::new().route_service("/events", service);
///
/// let signer = Signer::<XWebhookSignature>::new(secret)?;
/// for (body, status, answer) in [
///     (r#"{"type":"user.created","data":{"id":"u_1"}}"#, 200, Some("u_1")),
///     (r#"{"type":"user.created","data":{"id":1}}"#, 422, None),
/// ] {
///     let delivery = SignedRequest::new(&signer, body)?;
///     let response = app.clone().oneshot(delivery.http::<Body>("/events")?).await?;
///     assert_eq!(response.status(), status);
///     if let Some(answer) = answer {
///         assert_eq!(to_bytes(response.into_body(), 100).await?, answer);
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// [`axum`]: https://docs.rs/countersign/latest/countersign/axum/struct.Events.html
/// [`actix_web`]: https://docs.rs/countersign/latest/countersign/actix_web/struct.Events.html
#[derive(Clone, Copy, Debug)]
pub struct EventData<T>(
    /// The data.
    pub T,
);

impl<T: DeserializeOwned> EventData<T> {
    pub(crate) fn read<X>(extensions: &X) -> Result<Self, Rejection>
    where
        X: Extensions + 'static,
    {
        // The data is never in a header.
        read(extensions, |verified| verified.delivery(&NO_HEADERS).data().map(Self))
    }
}

const NO_HEADERS: [(&str, &str); 0] = [];
