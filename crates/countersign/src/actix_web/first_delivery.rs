use std::{future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};

use super::{ActixHeaders, data::FromAppData, extract::find, intake::refuse};
use crate::{
    Rejection,
    error::Reason,
    idempotency::{FirstDelivery, Idempotency},
    surface::{Extractor, proof::Proof as _},
};

impl<T: Extractor<Verifiers: FromAppData> + 'static> FromRequest for FirstDelivery<T> {
    type Error = Rejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Rejection>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let proof = find::<T>(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let headers = ActixHeaders(request.headers());
            // The proof is awaited before the app data are read, so that the body is read even if
            // `Idempotency` is missing.
            let proof = proof.await.map_err(|refusal| refuse(refusal, &request))?;
            let idempotency = request
                .app_data::<Data<Idempotency>>()
                .map(|data| &***data)
                .or_else(|| request.app_data())
                .ok_or_else(|| Rejection::new(Reason::MissingIdempotency))?;
            let claim_key = idempotency.identify(proof.delivery(), &headers);
            let delivery = T::read(proof, &headers);
            let delivery = delivery.map_err(|rejection| refuse(rejection, &request))?;
            Ok(Self::new(delivery, idempotency.clone().admit(claim_key).await?))
        })
    }
}
