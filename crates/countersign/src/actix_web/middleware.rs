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

use super::{VerifyFuture, intake::intake};
use crate::surface::{Verifiers, choice::assert_apart};

/// Middleware that calls the inner service with verified deliveries only.
///
/// See the [module docs](crate::actix_web) for an example.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyMiddleware<V> {
    verifiers: V,
}

impl<V: Verifiers> VerifyMiddleware<V> {
    /// Makes a middleware that passes on the deliveries that this [`Verifier`](crate::Verifier)
    /// accepts. For a pair of verifiers, the signature header of the delivery decides which of them
    /// checks it. All settings are on the verifier.
    ///
    /// # Panics
    ///
    /// If two of the verifiers look for the signature in the same header. The message names both.
    #[track_caller]
    pub fn new(verifiers: V) -> Self {
        assert_apart(&verifiers);
        Self { verifiers }
    }
}

impl<S, V, B> Transform<S, ServiceRequest> for VerifyMiddleware<V>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    V: Verifiers,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Transform = VerifyService<S, V>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(VerifyService { inner: Rc::new(service), verifiers: self.verifiers.clone() }))
    }
}

/// Service of [`VerifyMiddleware`].
pub struct VerifyService<S, V> {
    // Shared with the deliveries in progress, which call it after their bodies were verified.
    inner: Rc<S>,
    verifiers: V,
}

impl<S, V, B> Service<ServiceRequest> for VerifyService<S, V>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    V: Verifiers,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Future = VerifyFuture<S, V>;

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let payload = request.take_payload();
        let intake = intake(&self.verifiers, request.request(), payload);
        VerifyFuture::new(intake, request, Rc::clone(&self.inner))
    }
}

impl<S, V: fmt::Debug> fmt::Debug for VerifyService<S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyService").field("verifiers", &self.verifiers).finish_non_exhaustive()
    }
}
