//! The extractor of an attempt.

use axum_core::extract::FromRequestParts;
use http::request::Parts;

use crate::{Rejection, inbox::Attempt, surface::http::refuse};

impl<S: Sync> FromRequestParts<S> for Attempt {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        let attempt = parts.extensions.get().cloned();
        attempt.ok_or_else(|| refuse(Rejection::missing_worker(), parts))
    }
}
