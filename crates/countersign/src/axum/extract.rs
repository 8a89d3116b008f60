use axum_core::{
    body::Body,
    extract::{FromRef, FromRequest, Request},
};
use countersign_core::{Event, Provider, Verifier};
use http::request::Parts;

use crate::{
    Rejection, Verified, VerifiedBody, Webhook,
    http::{HttpHeaders, intake, refuse},
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
        let (mut parts, body) = request.into_parts();
        let verified = verify(&mut parts, body, state).await?;
        Self::read(verified, &HttpHeaders(&parts.headers))
            .map_err(|rejection| refuse::<P>(rejection, &parts))
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
        let (mut parts, body) = request.into_parts();
        verify(&mut parts, body, state).await.map(Self)
    }
}

/// Takes the proof that a layer left, or makes one.
async fn verify<S, P>(parts: &mut Parts, body: Body, state: &S) -> Result<Verified<P>, Rejection>
where
    S: Send + Sync,
    P: Provider,
    Verifier<P>: FromRef<S>,
{
    if let Some(verified) = parts.extensions.remove() {
        return Ok(verified);
    }
    let verdict = intake(Verifier::from_ref(state), &parts.headers, body).await;
    verdict.map_err(|rejection| refuse::<P>(rejection, parts))
}
