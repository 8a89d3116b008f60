//! The extractors that handlers of `Events` can take.

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::{
    EventData, Rejection, Unhandled,
    surface::http::{HttpHeaders, refuse},
};

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for EventData<T> {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Self::read(&parts.extensions).map_err(|rejection| refuse(rejection, parts))
    }
}

impl<S: Sync> FromRequestParts<S> for Unhandled {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        Self::read(&parts.extensions, &HttpHeaders(&parts.headers))
            .map_err(|rejection| refuse(rejection, parts))
    }
}
