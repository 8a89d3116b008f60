//! Rejections as responses of `http` 1.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, WWW_AUTHENTICATE},
};
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
            if let Some((name, value)) = field(name, value) {
                headers.insert(name, value);
            }
        }
        response.extensions_mut().insert(rejection);
        response
    }
}

/// Returns a header field. The fields that nearly all rejections have are checked at compile time.
fn field(name: &'static str, value: Bytes) -> Option<(HeaderName, HeaderValue)> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const CHALLENGE: HeaderValue = HeaderValue::from_static("Webhook-Signature");
    match (name, &*value) {
        ("content-type", b"application/json") => Some((CONTENT_TYPE, JSON)),
        ("www-authenticate", b"Webhook-Signature") => Some((WWW_AUTHENTICATE, CHALLENGE)),
        _ => Some((HeaderName::from_static(name), HeaderValue::from_maybe_shared(value).ok()?)),
    }
}
