use countersign_core::{Event, Provider};
use http::request::Parts;

use crate::{
    Rejection, Verified, Webhook,
    http::{HttpHeaders, refuse},
};

impl<E: Event, P: Provider> Webhook<E, P> {
    /// Reads the event of a request that [`Verify`](crate::tower::Verify) has let through, for
    /// services without a framework. axum and actix-web extract it.
    ///
    /// # Errors
    ///
    /// A [`Rejection`], ready to be the response: 400 or 422 if the delivery is no such event, 500
    /// if nothing around the service has verified the request.
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
        let verified: Option<&Verified<P>> = parts.extensions.get();
        verified
            .ok_or_else(Rejection::missing_proof::<P>)
            .and_then(|verified| Self::read(verified.clone(), &HttpHeaders(&parts.headers)))
            .map_err(|rejection| refuse::<P>(rejection, parts))
    }
}
