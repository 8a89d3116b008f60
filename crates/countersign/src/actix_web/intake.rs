//! The intake of a delivery of actix.

use actix_web::{
    HttpRequest,
    dev::Payload,
    http::{
        Version,
        header::{CONTENT_LENGTH, HeaderValue},
        uri::Authority,
    },
};
use countersign_core::request::RequestTarget;

use super::{ActixHeaders, chunks::Chunks};
use crate::{
    Rejection,
    surface::{Verifiers, intake, refusal::Refusal},
};

pub(super) type Intake<V> = intake::Intake<V, Chunks>;

/// Checks the headers of a request, and returns the future that verifies its body.
pub(super) fn intake<V: Verifiers>(
    verifiers: &V,
    request: &HttpRequest,
    payload: Payload,
) -> Intake<V> {
    let headers = ActixHeaders(request.headers());
    let declared = request.headers().get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
    let declared = intake::declared_length(declared);
    Intake::new(verifiers, &headers, declared, target(request), Chunks(payload))
}

/// Returns the answer to a rejected request, and logs it.
pub(super) fn refuse(refusal: impl Into<Refusal>, request: &HttpRequest) -> Rejection {
    let is_multiplexed = request.version() > Version::HTTP_11;
    refusal.into().answer(&ActixHeaders(request.headers()), target(request), is_multiplexed)
}

// Inlined, so that a verifier with secrets of its own, which does not use it, does not compute it.
#[inline]
fn target(request: &HttpRequest) -> RequestTarget<'_> {
    let authority = request.uri().authority().map(Authority::as_str);
    RequestTarget::new(request.path()).authority(authority)
}
