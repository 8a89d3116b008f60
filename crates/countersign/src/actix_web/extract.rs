use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web::Data};
use countersign_core::{Event, Provider, Verifier};
use pin_project_lite::pin_project;

use super::{
    ActixHeaders,
    intake::{Intake, intake, refuse},
};
use crate::{Rejection, Verified, VerifiedBody, Webhook};

impl<E: Event, P: Provider> FromRequest for Webhook<E, P> {
    type Error = Rejection;
    type Future = ExtractFuture<Self, P>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ExtractFuture::new(request, payload, |verified, request| {
            Self::read(verified, &ActixHeaders(request.headers()))
        })
    }
}

impl<P: Provider> FromRequest for VerifiedBody<P> {
    type Error = Rejection;
    type Future = ExtractFuture<Self, P>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ExtractFuture::new(request, payload, |verified, _| Ok(Self(verified)))
    }
}

pin_project! {
    /// Future of the extractors [`Webhook`] and [`VerifiedBody`].
    pub struct ExtractFuture<T, P> {
        #[pin]
        proof: Proof<P>,
        request: HttpRequest,
        read: Read<T, P>,
    }
}

/// What a handler takes, out of what was verified.
type Read<T, P> = fn(Verified<P>, &HttpRequest) -> Result<T, Rejection>;

pin_project! {
    #[project = ProofProjection]
    enum Proof<P> {
        Decided {
            // Taken when it is asked for.
            verdict: Option<Result<Verified<P>, Rejection>>,
        },
        Verifying {
            #[pin]
            intake: Intake<P>,
        },
    }
}

impl<T, P: Provider> ExtractFuture<T, P> {
    /// Takes the proof that the middleware left, or makes one.
    fn new(request: &HttpRequest, payload: &mut Payload, read: Read<T, P>) -> Self {
        let proof = if let Some(verified) = request.extensions().get::<Verified<P>>() {
            Proof::Decided { verdict: Some(Ok(verified.clone())) }
        } else if let Some(verifier) = verifier(request) {
            Proof::Verifying { intake: intake(verifier.clone(), request, payload.take()) }
        } else {
            Proof::Decided { verdict: Some(Err(Rejection::missing_verifier::<P>())) }
        };
        Self { proof, request: request.clone(), read }
    }
}

impl<T, P: Provider> Future for ExtractFuture<T, P> {
    type Output = Result<T, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let verdict = match this.proof.project() {
            ProofProjection::Verifying { intake } => ready!(intake.poll(cx)),
            ProofProjection::Decided { verdict } => match verdict.take() {
                Some(verdict) => verdict,
                // It was ready before, and nothing is to come.
                None => return Poll::Pending,
            },
        };
        let request = &*this.request;
        let taken = verdict.and_then(|verified| (this.read)(verified, request));
        Poll::Ready(taken.map_err(|rejection| refuse::<P>(rejection, request)))
    }
}

impl<T, P> fmt::Debug for ExtractFuture<T, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractFuture").finish_non_exhaustive()
    }
}

/// Finds the verifier that the nearest scope gives.
fn verifier<P: Provider>(request: &HttpRequest) -> Option<&Verifier<P>> {
    let shared = request.app_data::<Data<Verifier<P>>>();
    shared.map(|data| &***data).or_else(|| request.app_data())
}
