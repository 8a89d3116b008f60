use std::{
    future::Future,
    marker::PhantomData,
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
        http::{HttpHeaders, Intake, Rejected, intake as begin, refuse},
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
    /// Takes the proof that a layer left, or verifies the body, and reads the delivery out of the
    /// proof.
    ///
    /// Written by hand, because an `async` block stores its arguments separately from the futures
    /// that it awaits: the future would be twice as large, and moving it would cost more.
    struct Extraction<'s, S, T>
    where
        T: Extractor,
    {
        // `None` until the first poll, and for a proof that a layer left.
        #[pin]
        intake: Option<Intake<T::Verifiers, Body>>,
        parts: Parts,
        // Taken by the first poll.
        body: Option<Body>,
        state: &'s S,
        extracted: PhantomData<fn() -> T>,
    }
}

impl<'s, S, T: Extractor> Extraction<'s, S, T> {
    #[inline]
    fn new(request: Request, state: &'s S) -> Self {
        let (parts, body) = request.into_parts();
        Self { intake: None, parts, body: Some(body), state, extracted: PhantomData }
    }
}

impl<S, T> Future for Extraction<'_, S, T>
where
    T: Extractor<Verifiers: FromState<S>>,
{
    type Output = Result<T, Rejection>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let parts = &*this.parts;
        let verdict = ready!(poll_proof::<S, T>(this.intake, this.body, parts, this.state, cx));
        Poll::Ready(match verdict {
            Ok(proof) => T::read(proof, &HttpHeaders(&parts.headers))
                .map_err(|rejection| refuse(rejection, parts)),
            Err(rejected) => Err(rejected.refuse(parts)),
        })
    }
}

/// Returns the proof that a layer left, or verifies the body with the state's verifiers.
///
/// The first poll takes the body, and begins the intake. It does not begin earlier, because axum
/// moves an extractor's future before it polls it: only the request is copied then.
#[inline]
pub(super) fn poll_proof<S, T>(
    mut intake: Pin<&mut Option<Intake<T::Verifiers, Body>>>,
    body: &mut Option<Body>,
    parts: &Parts,
    state: &S,
    cx: &mut Context<'_>,
) -> Poll<Result<ProofOf<T>, Rejected<Body>>>
where
    T: Extractor<Verifiers: FromState<S>>,
{
    if let Some(body) = body.take() {
        if let Some(proof) = ProofOf::<T>::find(&parts.extensions) {
            return Poll::Ready(Ok(proof));
        }
        let verifiers = T::Verifiers::from_state(state);
        if let Some(rejection) = Rejection::of_shared_header(&verifiers) {
            return Poll::Ready(Err(Rejected::unread(rejection, body)));
        }
        intake.set(Some(begin(&verifiers, parts, body)));
    }
    match intake.as_pin_mut() {
        Some(intake) => intake.poll(cx),
        None => polled_again(),
    }
}
