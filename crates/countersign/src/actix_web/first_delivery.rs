use std::{future::Future, pin::Pin};

use actix_web::{
    FromRequest, HttpRequest, HttpResponse, ResponseError, dev::Payload, http::StatusCode,
    web::Data,
};

use super::{ActixHeaders, data::FromAppData, extract::Proof, intake::refuse};
use crate::{
    idempotency::{FirstDelivery, FirstDeliveryRejection, Idempotency, Reason, Rejection},
    surface::{Extractor, proof::Proof as _},
};

impl<T: Extractor<Verifiers: FromAppData> + 'static> FromRequest for FirstDelivery<T> {
    type Error = FirstDeliveryRejection;
    type Future = Pin<Box<dyn Future<Output = Result<Self, FirstDeliveryRejection>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let proof = Proof::<T>::find(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let headers = ActixHeaders(request.headers());
            // First of all, so that the body was read whatever is answered.
            let proof = proof.await.map_err(|refusal| refuse(refusal, &request))?;
            let idempotency = request
                .app_data::<Data<Idempotency>>()
                .map(|data| &***data)
                .or_else(|| request.app_data())
                .ok_or_else(|| Rejection::new(Reason::MissingIdempotency))?;
            let key = proof.key(idempotency, &headers);
            let delivery = T::read(proof, &headers);
            let delivery = delivery.map_err(|rejection| refuse(rejection, &request))?;
            Ok(Self::new(delivery, idempotency.clone().admit(key).await?))
        })
    }
}

impl ResponseError for FirstDeliveryRejection {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Delivery(rejection) => rejection.status_code(),
            Self::Event(rejection) => rejection.status_code(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::Delivery(rejection) => rejection.error_response(),
            Self::Event(rejection) => rejection.error_response(),
        }
    }
}
