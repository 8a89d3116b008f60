//! Answers of the receiver: the same as those of the crate `countersign`.

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    header::{HeaderName, HeaderValue},
};

use crate::{header, http, verdict::Verdict};

/// An answer, with its whole body.
pub(super) type Answer = Response<Full<Bytes>>;

/// Returns the answer to a delivery with this verdict.
pub(super) fn of(verdict: &Verdict) -> Answer {
    match verdict.reason {
        None => json(StatusCode::OK, r#"{"status":"received"}"#),
        Some("body_too_large") => too_large(),
        Some(_) => json(StatusCode::UNAUTHORIZED, r#"{"error":"Invalid signature"}"#),
    }
}

pub(super) fn too_large() -> Answer {
    json(StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"Payload too large"}"#)
}

pub(super) fn too_late() -> Answer {
    json(StatusCode::REQUEST_TIMEOUT, r#"{"error":"Request timeout"}"#)
}

pub(super) fn incomplete() -> Answer {
    json(StatusCode::BAD_REQUEST, r#"{"error":"Incomplete body"}"#)
}

pub(super) fn other_method() -> Answer {
    let mut answer = json(StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"Method not allowed"}"#);
    answer.headers_mut().insert(hyper::header::ALLOW, HeaderValue::from_static("POST"));
    answer
}

/// Returns the answer if the receiver behind `--forward-to` does not answer.
pub(super) fn unreachable() -> Answer {
    json(StatusCode::BAD_GATEWAY, r#"{"error":"Bad gateway"}"#)
}

/// Returns the answer of the receiver behind `--forward-to`.
pub(super) fn forwarded(from: http::Answer) -> Answer {
    let mut answer = Response::new(Full::new(from.body.into()));
    *answer.status_mut() = StatusCode::from_u16(from.status).unwrap_or(StatusCode::BAD_GATEWAY);
    let passed_on =
        from.headers.iter().filter(|(name, _)| !header::is_of_connection(&from.headers, name));
    for (name, value) in passed_on {
        let name = HeaderName::try_from(name);
        let value = HeaderValue::from_bytes(value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, value) {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

fn json(status: StatusCode, body: &'static str) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from_static(body.as_bytes())));
    *answer.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    answer.headers_mut().insert(hyper::header::CONTENT_TYPE, json);
    answer
}
