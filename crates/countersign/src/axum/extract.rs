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
    /// Takes the proof that a layer left, or makes one, and reads it.
    ///
    /// By hand, because what an `async` block is given and what it awaits have a place each: its
    /// future would have twice the size, and is moved.
    struct Extraction<T>
    where
        T: Extractor,
    {
        #[pin]
        proof: Proof<T>,
        parts: Parts,
    }
}

pin_project! {
    /// The proof of a request, found or made.
    #[project = ProofProjection]
    pub(super) enum Proof<T>
    where
        T: Extractor,
    {
        Decided {
            // Taken when it is asked for.
            verdict: Option<Result<ProofOf<T>, Rejected<Body>>>,
        },
        Verifying {
            #[pin]
            intake: Intake<T::Verifiers, Body>,
        },
    }
}

impl<T: Extractor> Extraction<T> {
    #[inline]
    fn new<S>(request: Request, state: &S) -> Self
    where
        T::Verifiers: FromState<S>,
    {
        let (parts, body) = request.into_parts();
        Self { proof: Proof::find(&parts, body, state), parts }
    }
}

impl<T: Extractor> Future for Extraction<T> {
    type Output = Result<T, Rejection>;

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

impl<T: Extractor> Proof<T> {
    /// Takes the proof that a layer left, or makes one.
    #[inline]
    pub(super) fn find<S>(parts: &Parts, body: Body, state: &S) -> Self
    where
        T::Verifiers: FromState<S>,
    {
        match ProofOf::<T>::find(&parts.extensions) {
            Some(proof) => Self::Decided { verdict: Some(Ok(proof)) },
            None => {
                let verifiers = T::Verifiers::from_state(state);
                match Rejection::of_shared_header(&verifiers) {
                    Some(rejection) => {
                        Self::Decided { verdict: Some(Err(Rejected::unread(rejection, body))) }
                    }
                    None => Self::Verifying { intake: intake(&verifiers, parts, body) },
                }
            }
        }
    }
}

impl<T: Extractor> Future for Proof<T> {
    type Output = Result<ProofOf<T>, Rejected<Body>>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            ProofProjection::Verifying { intake } => intake.poll(cx),
            // Without a verdict it was ready before, and nothing is to come.
            ProofProjection::Decided { verdict } => {
                verdict.take().map_or_else(|| polled_again(), Poll::Ready)
            }
        }
    }
}
