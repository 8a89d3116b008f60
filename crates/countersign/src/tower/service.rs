use std::{
    fmt, mem,
    task::{Context, Poll},
};

use countersign_core::{Provider, Verifier};
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{RequestBody, ResponseBody, ResponseFuture};
use crate::http::{BoxError, intake};

/// Middleware that calls the inner service with verified deliveries only.
///
/// See the [module docs](crate::tower) for an example.
#[must_use]
pub struct Verify<S, P> {
    inner: S,
    verifier: Verifier<P>,
}

impl<S, P> Verify<S, P> {
    /// Calls `inner` with what `verifier` accepts.
    pub fn new(inner: S, verifier: Verifier<P>) -> Self {
        Self { inner, verifier }
    }
}

impl<S, P, B, R> Service<Request<B>> for Verify<S, P>
where
    S: Service<Request<RequestBody>, Response = Response<R>> + Clone,
    P: Provider,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, P, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next turn.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);

        let (parts, body) = request.into_parts();
        let intake = intake(self.verifier.clone(), &parts.headers, body);
        ResponseFuture::new(intake, parts, inner)
    }
}

impl<S: Clone, P> Clone for Verify<S, P> {
    fn clone(&self) -> Self {
        Self { inner: self.inner.clone(), verifier: self.verifier.clone() }
    }
}

impl<S: fmt::Debug, P: Provider> fmt::Debug for Verify<S, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verify")
            .field("inner", &self.inner)
            .field("verifier", &self.verifier)
            .finish()
    }
}
