use std::{
    fmt,
    future::{Ready, ready},
    rc::Rc,
    task::{Context, Poll},
};

use actix_web::{
    HttpMessage,
    body::EitherBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};
use countersign_core::{Provider, Verifier};

use super::{ResponseFuture, intake::intake};

/// Middleware that calls the inner service with verified deliveries only.
///
/// See the [module docs](crate::actix_web) for an example.
#[must_use]
pub struct VerifyWebhook<P> {
    verifier: Verifier<P>,
}

impl<P> VerifyWebhook<P> {
    /// Lets through what this verifier accepts. Everything there is to set is set on the verifier.
    pub fn new(verifier: Verifier<P>) -> Self {
        Self { verifier }
    }
}

impl<S, P, B> Transform<S, ServiceRequest> for VerifyWebhook<P>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    P: Provider,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Transform = Verify<S, P>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Verify { inner: Rc::new(service), verifier: self.verifier.clone() }))
    }
}

impl<P> Clone for VerifyWebhook<P> {
    fn clone(&self) -> Self {
        Self { verifier: self.verifier.clone() }
    }
}

impl<P: Provider> fmt::Debug for VerifyWebhook<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyWebhook").field("verifier", &self.verifier).finish()
    }
}

/// Service of [`VerifyWebhook`].
pub struct Verify<S, P> {
    // Shared with the deliveries under way: it is called once their bodies are verified.
    inner: Rc<S>,
    verifier: Verifier<P>,
}

impl<S, P, B> Service<ServiceRequest> for Verify<S, P>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    P: Provider,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, P>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let payload = request.take_payload();
        let intake = intake(self.verifier.clone(), request.request(), payload);
        ResponseFuture::new(intake, request, Rc::clone(&self.inner))
    }
}

impl<S, P: Provider> fmt::Debug for Verify<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify").field("verifier", &self.verifier).finish_non_exhaustive()
    }
}
