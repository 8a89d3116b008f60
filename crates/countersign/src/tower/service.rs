use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{RequestBody, ResponseBody, VerifyFuture};
use crate::surface::{Verifiers, choice::assert_apart, http::BoxError};

/// Middleware that calls the inner service with verified deliveries only.
///
/// The service is always ready, because it verifies first. After that, a clone of the inner service
/// is polled until it is ready, and is called. An error of the inner service's `poll_ready` is
/// returned as the error of the call.
///
/// Request bodies must be `Send + 'static`, because the rest of a rejected body is read in a task
/// of its own.
///
/// See the [module docs](crate::tower) for an example.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifyService<S, V> {
    inner: S,
    verifiers: V,
}

impl<S, V: Verifiers> VerifyService<S, V> {
    /// Wraps a service, which gets the deliveries that the verifiers accept.
    ///
    /// # Panics
    ///
    /// If two of the verifiers look for the signature in the same header. The message names both.
    #[track_caller]
    pub fn new(inner: S, verifiers: V) -> Self {
        assert_apart(&verifiers);
        Self { inner, verifiers }
    }

    /// Returns a reference to the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns a mutable reference to the inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, V, B, R> Service<Request<B>> for VerifyService<S, V>
where
    S: Service<Request<RequestBody>, Response = Response<R>> + Clone,
    V: Verifiers,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = VerifyFuture<S, V, B>;

    /// Returns ready, without polling the inner service. A service that was polled ready may hold a
    /// permit for the caller, and an unverified body would keep that permit for as long as its
    /// sender wants.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The inner service is never polled here, so that its clone holds no permit either.
        VerifyFuture::new(&self.verifiers, request, self.inner.clone())
    }
}
