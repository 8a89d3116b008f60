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
    proof_future::ProofFuture,
};
use crate::{
    Either, Rejection, VerifiedBody, Webhook,
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

/// The future of the proof of a request.
type Proof<T> = ProofFuture<T, Intake<<T as Extractor>::Verifiers>, Refusal>;

impl<T: Extractor<Verifiers: FromAppData>> ExtractFuture<T> {
    fn new(request: &HttpRequest, payload: &mut Payload) -> Self {
        Self { proof: find(request, payload), request: request.clone() }
    }
}

/// Takes the proof that the middleware left, or begins to verify the body with the verifiers in the
/// app data.
// Not inlined: a function writes its result where the caller wants it, and code that is inlined
// copies a future of this size.
#[inline(never)]
pub(super) fn find<T>(request: &HttpRequest, payload: &mut Payload) -> Proof<T>
where
    T: Extractor<Verifiers: FromAppData>,
{
    // One expression, so that the future is built in place and not moved.
    match ProofOf::<T>::find(&*request.extensions()) {
        Some(proof) => ProofFuture::decided(Ok(proof)),
        None => match T::Verifiers::from_app_data(request) {
            Ok(verifiers) => match Rejection::of_shared_header(&verifiers) {
                Some(rejection) => ProofFuture::decided(Err(rejection.into())),
                None => {
                    ProofFuture::Verifying { intake: intake(&verifiers, request, payload.take()) }
                }
            },
            Err(rejection) => ProofFuture::decided(Err(rejection.into())),
        },
    }
}

impl<T: Extractor> Future for ExtractFuture<T> {
    type Output = Result<T, Rejection>;

    #[inline]
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
