//! Rejections as responses of `http` 1.

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE},
};
use http_body_util::Full;

use crate::{Rejection, surface::rejection::FieldValue};

impl From<Rejection> for Response<Full<Bytes>> {
    fn from(rejection: Rejection) -> Self {
        let mut response = Self::new(Full::new(rejection.body()));
        *response.status_mut() =
            StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if let Some((name, value)) = rejection.token()
            && let (Ok(name), Ok(value)) = (HeaderName::try_from(name), value.try_into())
        {
            headers.insert(name, value);
        }
        rejection.each_header(|name, value| {
            if let Some((name, value)) = field(name, value) {
                headers.insert(name, value);
            }
        });
        response.extensions_mut().insert(rejection);
        response
    }
}

/// Returns a header field. The fields that nearly all rejections have are checked at compile time.
#[inline]
fn field(name: &'static str, value: FieldValue<'_>) -> Option<(HeaderName, HeaderValue)> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    const CHALLENGE: HeaderValue = HeaderValue::from_static("Webhook-Signature");
    const CLOSE: HeaderValue = HeaderValue::from_static("close");
    let value = match value {
        FieldValue::Constant("application/json") => JSON,
        FieldValue::Constant("Webhook-Signature") => CHALLENGE,
        FieldValue::Constant("close") => CLOSE,
        FieldValue::Constant(text) => HeaderValue::from_static(text),
        FieldValue::Kept(bytes) => HeaderValue::from_maybe_shared(bytes.clone()).ok()?,
        FieldValue::Seconds(seconds) => seconds.into(),
    };
    let name = match name {
        "content-type" => CONTENT_TYPE,
        "www-authenticate" => WWW_AUTHENTICATE,
        "connection" => CONNECTION,
        other => HeaderName::from_static(other),
    };
    Some((name, value))
}
