use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload};
use countersign_core::{Event, Provider};
use pin_project_lite::pin_project;

use super::{
    ActixHeaders,
    data::FromAppData,
    intake::{Intake, intake, refuse},
};
use crate::{
    Either, Rejection, VerifiedBody, Webhook,
    polled_again::polled_again,
    surface::{Extractor, extractor::ProofOf, proof::Proof as _, refusal::Refusal},
};

impl<E: Event, P: Provider> FromRequest for Webhook<E, P> {
    type Error = Rejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ExtractFuture::new(request, payload)
    }
}

impl<P: Provider> FromRequest for VerifiedBody<P> {
    type Error = Rejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ExtractFuture::new(request, payload)
    }
}

impl<L, R> FromRequest for Either<L, R>
where
    L: Extractor<Verifiers: FromAppData>,
    R: Extractor<Verifiers: FromAppData>,
{
    type Error = Rejection;
    type Future = ExtractFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ExtractFuture::new(request, payload)
    }
}

pin_project! {
    /// Future of the extractors [`Webhook`], [`VerifiedBody`] and [`Either`].
    pub struct ExtractFuture<T>
    where
        T: Extractor,
    {
        #[pin]
        proof: Proof<T>,
        request: HttpRequest,
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
            verdict: Option<Result<ProofOf<T>, Refusal>>,
        },
        Verifying {
            #[pin]
            intake: Intake<T::Verifiers>,
        },
    }
}

impl<T: Extractor<Verifiers: FromAppData>> ExtractFuture<T> {
    fn new(request: &HttpRequest, payload: &mut Payload) -> Self {
        Self { proof: Proof::find(request, payload), request: request.clone() }
    }
}

impl<T: Extractor<Verifiers: FromAppData>> Proof<T> {
    /// Takes the proof that the middleware left, or makes one.
    pub(super) fn find(request: &HttpRequest, payload: &mut Payload) -> Self {
        match ProofOf::<T>::find(&*request.extensions()) {
            Some(proof) => Self::Decided { verdict: Some(Ok(proof)) },
            None => match Self::verifiers(request) {
                Ok(verifiers) => {
                    Self::Verifying { intake: intake(&verifiers, request, payload.take()) }
                }
                Err(rejection) => Self::Decided { verdict: Some(Err(rejection.into())) },
            },
        }
    }

    fn verifiers(request: &HttpRequest) -> Result<T::Verifiers, Rejection> {
        let verifiers = T::Verifiers::from_app_data(request)?;
        Rejection::of_shared_header(&verifiers).map_or(Ok(verifiers), Err)
    }
}

impl<T: Extractor> Future for Proof<T> {
    type Output = Result<ProofOf<T>, Refusal>;

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

impl<T: Extractor> Future for ExtractFuture<T> {
    type Output = Result<T, Rejection>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let verdict = ready!(this.proof.poll(cx));
        let request = &*this.request;
        let headers = ActixHeaders(request.headers());
        let read = verdict.and_then(|proof| T::read(proof, &headers).map_err(Refusal::from));
        Poll::Ready(read.map_err(|refusal| refuse(refusal, request)))
    }
}

impl<T: Extractor> fmt::Debug for ExtractFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExtractFuture").finish_non_exhaustive()
    }
}
