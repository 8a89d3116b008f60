//! The extractor of an attempt.

use std::convert::Infallible;

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use http::request::Parts;

use crate::{Rejection, inbox::Attempt, surface::http::refuse};

impl<S: Sync> FromRequestParts<S> for Attempt {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let attempt = parts.extensions.get().cloned();
        attempt.ok_or_else(|| refuse(Rejection::missing_worker(), parts))
    }
}

/// `None` if the handler is not called by a worker, as for a handshake.
impl<S: Sync> OptionalFromRequestParts<S> for Attempt {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get().cloned())
    }
}
