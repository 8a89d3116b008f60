use axum_core::{
    extract::{FromRef, FromRequest, Request},
    response::{IntoResponse, Response},
};

use super::{extract::Proof, state::FromState};
use crate::{
    idempotency::{FirstDelivery, FirstDeliveryRejection, Idempotency, Rejection},
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
    type Rejection = FirstDeliveryRejection;

    async fn from_request(request: Request, state: &S) -> Result<Self, FirstDeliveryRejection> {
        let (parts, body) = request.into_parts();
        let headers = HttpHeaders(&parts.headers);
        let idempotency = Idempotency::from_ref(state);
        let proof = Proof::<T>::find(&parts, body, state).await;
        let proof = proof.map_err(|rejected| rejected.refuse(&parts))?;
        let key = proof.key(&idempotency, &headers);
        let delivery = T::read(proof, &headers).map_err(|rejection| refuse(rejection, &parts))?;
        Ok(Self::new(delivery, idempotency.admit(key).await?))
    }
}

impl IntoResponse for Rejection {
    fn into_response(self) -> Response {
        Response::from(self).into_response()
    }
}

impl IntoResponse for FirstDeliveryRejection {
    fn into_response(self) -> Response {
        match self {
            Self::Delivery(rejection) => rejection.into_response(),
            Self::Event(rejection) => rejection.into_response(),
        }
    }
}
