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
        Extractor, Verifiers,
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
    /// Takes the proof that a layer left, or verifies the body, and reads the delivery out of the
    /// proof.
    ///
    /// Written by hand, because an `async` block stores its arguments separately from the futures
    /// that it awaits: the future would be twice as large, and moving it would cost more.
    struct Extraction<'s, S, T>
    where
        T: Extractor,
    {
        #[pin]
        search: Search<'s, S, T::Verifiers>,
        parts: Parts,
        extracted: PhantomData<fn() -> T>,
    }
}

impl<'s, S, T: Extractor> Extraction<'s, S, T> {
    #[inline]
    fn new(request: Request, state: &'s S) -> Self {
        let (parts, body) = request.into_parts();
        Self { search: Search::new(body, state), parts, extracted: PhantomData }
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
        Poll::Ready(match ready!(this.search.poll(parts, cx)) {
            Ok(proof) => T::read(proof, &HttpHeaders(&parts.headers))
                .map_err(|rejection| refuse(rejection, parts)),
            Err(rejected) => Err(rejected.refuse(parts)),
        })
    }
}

pin_project! {
    /// Finds the proof of a request: the proof that a layer left, or a new one.
    #[project = SearchProjection]
    pub(super) enum Search<'s, S, V>
    where
        V: Verifiers,
    {
        /// Before the first poll. axum moves the future of an extractor before it polls it, and an
        /// intake is many times as large.
        Waiting {
            // Taken by the first poll.
            body: Option<Body>,
            state: &'s S,
        },
        Verifying {
            #[pin]
            intake: Intake<V, Body>,
        },
    }
}

impl<'s, S, V: Verifiers> Search<'s, S, V> {
    #[inline]
    pub(super) fn new(body: Body, state: &'s S) -> Self {
        Self::Waiting { body: Some(body), state }
    }
}

impl<S, V: FromState<S>> Search<'_, S, V> {
    /// Looks for the proof in the extensions. If there is none, verifies the body with the verifiers
    /// of the state.
    #[inline]
    pub(super) fn poll(
        mut self: Pin<&mut Self>,
        parts: &Parts,
        cx: &mut Context<'_>,
    ) -> Poll<Result<V::Proof, Rejected<Body>>> {
        if let SearchProjection::Waiting { body, state } = self.as_mut().project() {
            let Some(body) = body.take() else { polled_again() };
            if let Some(proof) = V::Proof::find(&parts.extensions) {
                return Poll::Ready(Ok(proof));
            }
            let verifiers = V::from_state(state);
            if let Some(rejection) = Rejection::of_shared_header(&verifiers) {
                return Poll::Ready(Err(Rejected::unread(rejection, body)));
            }
            self.set(Self::Verifying { intake: intake(&verifiers, parts, body) });
        }
        match self.project() {
            SearchProjection::Verifying { intake } => intake.poll(cx),
            SearchProjection::Waiting { .. } => polled_again(),
        }
    }
}
