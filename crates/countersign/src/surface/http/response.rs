//! Rejections as responses of `http` 1.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;

use crate::Rejection;
#[cfg(feature = "idempotency")]
use crate::idempotency;

impl From<Rejection> for Response<Full<Bytes>> {
    fn from(rejection: Rejection) -> Self {
        let answer = rejection.answer();
        let content_type = HeaderValue::from_static(answer.content_type());
        let token = answer.field().and_then(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        });
        let body = match answer.into_body() {
            Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
            Cow::Owned(text) => Bytes::from(text),
        };
        let mut response = Self::new(Full::new(body));
        *response.status_mut() =
            StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.extend(token);
        headers.insert(CONTENT_TYPE, content_type);
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
