use std::{
    any, fmt,
    marker::PhantomData,
    mem,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::IdempotencyFuture;
use crate::{
    idempotency::{Idempotency, Reason, Rejection},
    surface::{Verifiers, decide::ProofOf, http::HttpHeaders, proof::Proof as _},
    tower::ResponseBody,
};

/// Middleware that calls the inner service once for each event.
///
/// See [`IdempotencyLayer`](super::IdempotencyLayer) for an example.
pub struct IdempotencyService<S, V> {
    inner: S,
    idempotency: Idempotency,
    verifiers: PhantomData<fn() -> V>,
}

impl<S, V: Verifiers> IdempotencyService<S, V> {
    pub(super) fn new(inner: S, idempotency: Idempotency) -> Self {
        Self { inner, idempotency, verifiers: PhantomData }
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

impl<S, V, B, R> Service<Request<B>> for IdempotencyService<S, V>
where
    S: Service<Request<B>, Response = Response<R>> + Clone,
    V: Verifiers,
    R: Body<Data = Bytes>,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = IdempotencyFuture<S, B, R>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The service that was polled ready is the one to call; its clone waits for the next turn.
        let clone = self.inner.clone();
        let inner = mem::replace(&mut self.inner, clone);

        match ProofOf::<V>::find(request.extensions()) {
            Some(proof) => {
                let key = proof.key(&self.idempotency, &HttpHeaders(request.headers()));
                IdempotencyFuture::new(self.idempotency.clone().admit(key), request, inner)
            }
            None => {
                let verifier = any::type_name::<V>();
                IdempotencyFuture::reject(Rejection::new(Reason::MissingProof { verifier }))
            }
        }
    }
}

impl<S: Clone, V> Clone for IdempotencyService<S, V> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            idempotency: self.idempotency.clone(),
            verifiers: PhantomData,
        }
    }
}

impl<S: fmt::Debug, V> fmt::Debug for IdempotencyService<S, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyService")
            .field("inner", &self.inner)
            .field("idempotency", &self.idempotency)
            .finish_non_exhaustive()
    }
}
