use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request},
};
use countersign_core::{Event, Provider, Verifier};
use http::request::Parts;
use pin_project_lite::pin_project;

use super::state::FromState;
use crate::{
    Either, Rejection, VerifiedBody, Webhook,
    surface::{
        Extractor,
        extractor::ProofOf,
        http::{HttpHeaders, Intake, Rejected, intake, refuse},
        proof::Proof as _,
        proof_future::ProofFuture,
    },
};

impl<S, E, P> FromRequest<S> for Webhook<E, P>
where
    S: Send + Sync,
    E: Event,
    P: Provider,
    Verifier<P>: FromRef<S>,
{
    type Rejection = Rejection;

    fn from_request(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send {
        Extraction::new(request, state)
    }
}

impl<S, P> FromRequest<S> for VerifiedBody<P>
where
    S: Send + Sync,
    P: Provider,
    Verifier<P>: FromRef<S>,
{
    type Rejection = Rejection;

    fn from_request(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send {
        Extraction::new(request, state)
    }
}

impl<S, L, R> FromRequest<S> for Either<L, R>
where
    S: Send + Sync,
    L: Extractor<Verifiers: FromState<S>>,
    R: Extractor<Verifiers: FromState<S>>,
{
    type Rejection = Rejection;

    fn from_request(
        request: Request,
        state: &S,
    ) -> impl Future<Output = Result<Self, Rejection>> + Send {
        Extraction::new(request, state)
    }
}

pin_project! {
    /// Takes the proof that a layer left, or verifies the body, and reads the delivery out of the
    /// proof.
    ///
    /// Written by hand, because an `async` block stores its arguments separately from the futures
    /// that it awaits: the future would be twice as large, and moving it would cost more.
    struct Extraction<T>
    where
        T: Extractor,
    {
        #[pin]
        proof: Proof<T>,
        parts: Parts,
    }
}

/// The future of the proof of a request.
type Proof<T> = ProofFuture<T, Intake<<T as Extractor>::Verifiers, Body>, Rejected<Body>>;

impl<T: Extractor> Extraction<T> {
    #[inline]
    fn new<S>(request: Request, state: &S) -> Self
    where
        T::Verifiers: FromState<S>,
    {
        let (parts, body) = request.into_parts();
        Self { proof: find(&parts, body, state), parts }
    }
}

impl<T: Extractor> Future for Extraction<T> {
    type Output = Result<T, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let verdict = ready!(this.proof.poll(cx));
        let parts = &*this.parts;
        Poll::Ready(match verdict {
            Ok(proof) => T::read(proof, &HttpHeaders(&parts.headers))
                .map_err(|rejection| refuse(rejection, parts)),
            Err(rejected) => Err(rejected.refuse(parts)),
        })
    }
}

/// Takes the proof that a layer left, or begins to verify the body with the state's verifiers.
// Not inlined: a function writes its result where the caller wants it, and code that is inlined
// copies a future of this size.
#[inline(never)]
pub(super) fn find<S, T>(parts: &Parts, body: Body, state: &S) -> Proof<T>
where
    T: Extractor<Verifiers: FromState<S>>,
{
    // One expression, so that the future is built in place and not moved.
    match ProofOf::<T>::find(&parts.extensions) {
        Some(proof) => ProofFuture::decided(Ok(proof)),
        None => {
            let verifiers = T::Verifiers::from_state(state);
            match Rejection::of_shared_header(&verifiers) {
                Some(rejection) => ProofFuture::decided(Err(Rejected::unread(rejection, body))),
                None => ProofFuture::Verifying { intake: intake(&verifiers, parts, body) },
            }
        }
    }
}
