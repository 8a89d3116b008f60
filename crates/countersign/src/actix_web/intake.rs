//! One delivery of actix taken in.

use actix_web::{HttpRequest, dev::Payload, http::Version};
use countersign_core::{Provider, Verifier};

use super::{ActixHeaders, chunks::Chunks};
use crate::{Rejection, intake};

pub(super) type Intake<P> = intake::Intake<P, Chunks>;

/// Begins to take in a request.
pub(super) fn intake<P: Provider>(
    verifier: Verifier<P>,
    request: &HttpRequest,
    payload: Payload,
) -> Intake<P> {
    let headers = ActixHeaders(request.headers());
    let declared = intake::declared_length(&headers);
    Intake::new(verifier, &headers, declared, Chunks(payload))
}

/// Refuses a request.
pub(super) fn refuse<P: Provider>(rejection: Rejection, request: &HttpRequest) -> Rejection {
    rejection.refuse::<P>(request.path(), request.version() > Version::HTTP_11)
}
