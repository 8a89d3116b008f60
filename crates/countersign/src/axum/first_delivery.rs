use std::{future::poll_fn, pin::pin};

use axum_core::extract::{FromRef, FromRequest, Request};

use super::{extract::Search, state::FromState};
use crate::{
    Rejection,
    idempotency::{FirstDelivery, Idempotency},
    surface::{
        Extractor,
        http::{HttpHeaders, refuse},
        proof::Proof as _,
    },
};

impl<S, T> FromRequest<S> for FirstDelivery<T>
where
    S: Send + Sync,
    T: Extractor<Verifiers: FromState<S>> + Send,
    Idempotency: FromRef<S>,
{
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, Rejection> {
        let (parts, body) = request.into_parts();
        let headers = HttpHeaders(&parts.headers);
        let idempotency = Idempotency::from_ref(state);
        let mut search = pin!(Search::<S, T::Verifiers>::new(body, state));
        let proof = poll_fn(|cx| search.as_mut().poll(&parts, cx)).await;
        let proof = proof.map_err(|rejected| rejected.refuse(&parts))?;
        let claim_key = idempotency.identify(proof.delivery(), &headers);
        let delivery = T::read(proof, &headers).map_err(|rejection| refuse(rejection, &parts))?;
        Ok(Self::new(delivery, idempotency.admit(claim_key).await?))
    }
}
