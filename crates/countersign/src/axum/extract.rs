use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request},
};
use countersign_core::{Event, Provider, Verifier};
use http::request::Parts;

use super::state::FromState;
use crate::{
    Either, Extractor, Rejection, VerifiedBody, Webhook,
    extractor::ProofOf,
    http::{HttpHeaders, intake, refuse},
    proof::Proof,
};

impl<S, E, P> FromRequest<S> for Webhook<E, P>
where
    S: Send + Sync,
    E: Event,
    P: Provider,
    Verifier<P>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(request, state).await
    }
}

impl<S, P> FromRequest<S> for VerifiedBody<P>
where
    S: Send + Sync,
    P: Provider,
    Verifier<P>: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(request, state).await
    }
}

impl<S, L, R> FromRequest<S> for Either<L, R>
where
    S: Send + Sync,
    L: Extractor<Verifiers: FromState<S>>,
    R: Extractor<Verifiers: FromState<S>>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        extract(request, state).await
    }
}

/// Proves a delivery, and reads it.
async fn extract<T, S>(request: Request, state: &S) -> Result<T, Rejection>
where
    T: Extractor<Verifiers: FromState<S>>,
    S: Send + Sync,
{
    let (parts, body) = request.into_parts();
    prove::<T, S>(&parts, body, state)
        .await
        .and_then(|proof| T::read(proof, &HttpHeaders(&parts.headers)))
        .map_err(|rejection| refuse(rejection, &parts))
}

/// Takes the proof that a layer left, or makes one.
pub(super) async fn prove<T, S>(
    parts: &Parts,
    body: Body,
    state: &S,
) -> Result<ProofOf<T>, Rejection>
where
    T: Extractor<Verifiers: FromState<S>>,
    S: Send + Sync,
{
    match ProofOf::<T>::find(&parts.extensions) {
        Some(proof) => Ok(proof),
        None => {
            let intake = intake(&T::Verifiers::from_state(state), parts, body);
            intake.await
        }
    }
}
