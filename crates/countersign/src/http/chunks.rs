//! A body of `http-body` as a stream of chunks.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use futures_core::Stream;
use http_body::Body;
use http_body_util::LengthLimitError;
use pin_project_lite::pin_project;

use crate::intake::BodyError;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pin_project! {
    /// The data of a body. Trailers are not signed by any scheme, and are dropped.
    pub(crate) struct Chunks<B> {
        #[pin]
        body: B,
    }
}

impl<B> Chunks<B> {
    pub(crate) fn new(body: B) -> Self {
        Self { body }
    }
}

impl<B> Stream for Chunks<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Item = Result<Bytes, BodyError>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut body = self.project().body;
        loop {
            return Poll::Ready(match ready!(body.as_mut().poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(mut data) => Some(Ok(data.copy_to_bytes(data.remaining()))),
                    Err(_trailers) => continue,
                },
                Some(Err(error)) => Some(Err(sort(&*error.into()))),
                None => None,
            });
        }
    }
}

/// Whether somebody else's limit ended the body, wherever the error hides it.
fn sort(error: &(dyn Error + 'static)) -> BodyError {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return BodyError::OuterLimit;
        }
        cause = error.source();
    }
    BodyError::Broken
}
