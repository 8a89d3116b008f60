//! One delivery of `http` 1 taken in.

use countersign_core::{Provider, Verifier};
use http::{HeaderMap, Version, request::Parts};
use http_body::Body;

use crate::{
    Rejection,
    http::{Chunks, HttpHeaders, chunks::BoxError},
    intake,
};

pub(crate) type Intake<P, B> = intake::Intake<P, Chunks<B>>;

/// Begins to take in a request.
pub(crate) fn intake<P, B>(verifier: Verifier<P>, headers: &HeaderMap, body: B) -> Intake<P, B>
where
    P: Provider,
    B: Body,
    B::Error: Into<BoxError>,
{
    let headers = HttpHeaders(headers);
    let declared = intake::declared_length(&headers).max(Some(body.size_hint().lower()));
    Intake::new(verifier, &headers, declared, Chunks::new(body))
}

/// Refuses a request.
pub(crate) fn refuse<P: Provider>(rejection: Rejection, parts: &Parts) -> Rejection {
    rejection.refuse::<P>(parts.uri.path(), parts.version > Version::HTTP_11)
}
