//! Rejections as responses of `http` 1.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;

use crate::Rejection;
#[cfg(feature = "idempotency")]
use crate::idempotency;

impl From<Rejection> for Response<Full<Bytes>> {
    fn from(rejection: Rejection) -> Self {
        let answer = rejection.answer();
        let mut response = Self::new(Full::new(Bytes::from_static(answer.body().as_bytes())));
        *response.status_mut() =
            StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(answer.content_type()));
        for (name, value) in rejection.headers() {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        response.extensions_mut().insert(rejection);
        response
    }
}

#[cfg(feature = "idempotency")]
impl From<idempotency::Rejection> for Response<Full<Bytes>> {
    fn from(rejection: idempotency::Rejection) -> Self {
        let mut response = Self::new(Full::new(rejection.body()));
        *response.status_mut() =
            StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        for (name, value) in rejection.headers() {
            if let Ok(value) = HeaderValue::from_maybe_shared(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response.extensions_mut().insert(rejection);
        response
    }
}
