use std::{
    mem,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{RequestBody, ResponseBody, ResponseFuture};
use crate::{
    Verifiers,
    http::{BoxError, intake},
};

/// Middleware that calls the inner service with verified deliveries only.
///
/// See the [module docs](crate::tower) for an example.
#[derive(Clone, Debug)]
#[must_use]
pub struct Verify<S, V> {
    inner: S,
    verifiers: V,
}

impl<S, V: Verifiers> Verify<S, V> {
    /// Calls `inner` with what `verifiers` accept.
    pub fn new(inner: S, verifiers: V) -> Self {
        Self { inner, verifiers }
    }
}

impl<S, V, B, R> Service<Request<B>> for Verify<S, V>
where
    S: Service<Request<RequestBody>, Response = Response<R>> + Clone,
    V: Verifiers,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, V, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next turn.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);

        let (parts, body) = request.into_parts();
        let intake = intake(&self.verifiers, &parts, body);
        ResponseFuture::new(intake, parts, inner)
    }
}
