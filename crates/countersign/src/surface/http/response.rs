//! Rejections as responses of `http` 1.

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;

use crate::Rejection;

impl From<Rejection> for Response<Full<Bytes>> {
    fn from(rejection: Rejection) -> Self {
        let mut response = Self::new(Full::new(rejection.body()));
        *response.status_mut() =
            StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.extend(rejection.token().and_then(|(name, value)| {
            Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?))
        }));
        for (name, value) in rejection.headers() {
            if let Ok(value) = HeaderValue::from_maybe_shared(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
        response.extensions_mut().insert(rejection);
        response
    }
}
