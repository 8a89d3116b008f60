use std::{
    fmt, mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Extensions, Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{IdempotencyFuture, call::TowerCall};
use crate::{
    idempotency::{Idempotency, once},
    surface::{
        http::{HttpHeaders, refuse},
        proof::Finder,
    },
    tower::ResponseBody,
};

/// Middleware that calls the inner service once for each event.
///
/// The inner service, its future, its response and its error must be `Send + 'static`, like the
/// request: the whole call is one future in a box.
///
/// See [`IdempotencyLayer`](super::IdempotencyLayer) for an example.
#[derive(Clone)]
pub struct IdempotencyService<S> {
    inner: S,
    idempotency: Idempotency,
    finder: Finder<Extensions>,
}

impl<S> IdempotencyService<S> {
    pub(super) fn new(inner: S, idempotency: Idempotency, finder: Finder<Extensions>) -> Self {
        Self { inner, idempotency, finder }
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

impl<S, B, R> Service<Request<B>> for IdempotencyService<S>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
    B: Send + 'static,
    R: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = IdempotencyFuture<R, S::Error>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is called; its clone is kept for the next request.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);
        let idempotency = self.idempotency.clone();
        match self.finder.find(request.extensions()) {
            Ok(delivery) => {
                let claim_key = idempotency.identify(delivery, &HttpHeaders(request.headers()));
                IdempotencyFuture::new(once(idempotency, claim_key, TowerCall { inner, request }))
            }
            Err(rejection) => {
                let (parts, _) = request.into_parts();
                IdempotencyFuture::reject(refuse(rejection, &parts))
            }
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for IdempotencyService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyService")
            .field("inner", &self.inner)
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}
