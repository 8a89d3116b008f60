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
    polled_again::polled_again,
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
    struct Extraction<'s, S, T>
    where
        T: Extractor,
    {
        // `None` until the first poll: axum moves the future before that, and then copies only the
        // request.
        #[pin]
        proof: Option<Proof<T>>,
        parts: Parts,
        // Taken by the first poll.
        body: Option<Body>,
        state: &'s S,
    }
}

/// The future of the proof of a request.
type Proof<T> = ProofFuture<T, Intake<<T as Extractor>::Verifiers, Body>, Rejected<Body>>;

impl<'s, S, T: Extractor> Extraction<'s, S, T> {
    #[inline]
    fn new(request: Request, state: &'s S) -> Self {
        let (parts, body) = request.into_parts();
        Self { proof: None, parts, body: Some(body), state }
    }
}

impl<S, T> Future for Extraction<'_, S, T>
where
    T: Extractor<Verifiers: FromState<S>>,
{
    type Output = Result<T, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let parts = &*this.parts;
        if let Some(body) = this.body.take() {
            this.proof.set(Some(find(parts, body, *this.state)));
        }
        let Some(proof) = this.proof.as_pin_mut() else { polled_again() };
        Poll::Ready(match ready!(proof.poll(cx)) {
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
