//! One delivery of `http` 1 taken in.

use countersign_core::Address;
use http::{HeaderValue, Version, header::CONTENT_LENGTH, request::Parts, uri::Authority};
use http_body::Body;

use crate::{
    Rejection,
    http::{Chunks, HttpHeaders, chunks::BoxError},
    intake,
    verifiers::Decide,
};

pub(crate) type Intake<V, B> = intake::Intake<V, Chunks<B>>;

/// Begins to take in a request.
#[inline]
pub(crate) fn intake<V, B>(verifiers: &V, parts: &Parts, body: B) -> Intake<V, B>
where
    V: Decide,
    B: Body,
    B::Error: Into<BoxError>,
{
    let headers = HttpHeaders(&parts.headers);
    // A server's body knows its length from the field. One that was wrapped may not know it.
    let hint = body.size_hint();
    let declared = hint.exact().or_else(|| {
        let field = parts.headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
        intake::declared_length(field).max(Some(hint.lower()))
    });
    let authority = parts.uri.authority().map(Authority::as_str);
    let address = Address { path: parts.uri.path(), authority };
    Intake::new(verifiers, &headers, declared, address, Chunks::new(body))
}

/// Refuses a request.
pub(crate) fn refuse(rejection: Rejection, parts: &Parts) -> Rejection {
    rejection.refuse(parts.uri.path(), parts.version > Version::HTTP_11)
}
