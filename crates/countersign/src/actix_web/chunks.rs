//! The payload of actix, as a stream of chunks.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{dev::Payload, error::PayloadError};
use bytes::Bytes;
use futures_core::Stream;

use crate::surface::intake::BodyError;

/// The raw payload, as it came over the wire. `web::Bytes` would inflate it.
pub(super) struct Chunks(pub(super) Payload);

impl Stream for Chunks {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Pin::new(&mut self.0).poll_next(cx).map_err(|error| match error {
            PayloadError::Overflow => BodyError::OuterLimit,
            _ => BodyError::Broken,
        })
    }
}
