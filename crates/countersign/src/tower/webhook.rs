use countersign_core::{Event, Provider};
use http::request::Parts;

use crate::{
    Either, Rejection, Webhook,
    surface::{Extractor, http::read},
};

impl<E: Event, P: Provider> Webhook<E, P> {
    /// Reads the event of a request that [`VerifyService`](crate::tower::VerifyService) has
    /// verified, for services without a framework. On axum and actix-web, take `Webhook` as an
    /// extractor.
    ///
    /// # Errors
    ///
    /// A [`Rejection`], which converts into the response:
    /// - 400 if the signed body is not UTF-8 JSON;
    /// - 422 if the signed body is JSON and not the event `E`;
    /// - 500 if no layer around the service has verified the request.
    ///
    /// # Examples
    ///
    /// ```
    /// use bytes::Bytes;
    /// use countersign::{Webhook, providers::x_webhook_signature::flat, tower::RequestBody};
    /// use http::{Request, Response};
    /// use http_body_util::Full;
    ///
    /// fn handle(request: Request<RequestBody>) -> Response<Full<Bytes>> {
    ///     let (parts, _) = request.into_parts();
    ///     match Webhook::<flat::Event>::from_parts(&parts) {
    ///         Ok(Webhook { event, .. }) => Response::new(event.event_type().to_owned().into()),
    ///         Err(rejection) => rejection.into(),
    ///     }
    /// }
    /// # // Without the layer around it:
    /// # let (parts, ()) = Request::new(()).into_parts();
    /// # let rejection = Webhook::<flat::Event>::from_parts(&parts).unwrap_err();
    /// # assert_eq!(Response::from(rejection).status(), 500);
    /// ```
    pub fn from_parts(parts: &Parts) -> Result<Self, Rejection> {
        read(parts)
    }
}

impl<L: Extractor, R: Extractor> Either<L, R> {
    /// Reads a delivery that [`VerifyService`](crate::tower::VerifyService) has verified, of one of
    /// several providers. See [`Webhook::from_parts`] for one provider.
    ///
    /// # Errors
    ///
    /// A [`Rejection`], as for [`Webhook::from_parts`].
    pub fn from_parts(parts: &Parts) -> Result<Self, Rejection> {
        read(parts)
    }
}
