//! One delivery of `http` 1 taken in.

use countersign_core::{Provider, Verifier};
use http::{HeaderMap, Version, header::CONTENT_LENGTH, request::Parts};
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
    let declared = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let declared = declared.max(Some(body.size_hint().lower()));
    Intake::new(verifier, &HttpHeaders(headers), declared, Chunks::new(body))
}

/// Logs a refusal and fits it to the request's version of HTTP.
pub(crate) fn refuse<P: Provider>(rejection: Rejection, parts: &Parts) -> Rejection {
    rejection.log::<P>(parts.uri.path());
    if parts.version > Version::HTTP_11 { rejection.multiplexed() } else { rejection }
}
