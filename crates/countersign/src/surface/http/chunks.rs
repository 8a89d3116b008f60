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

use crate::surface::intake::BodyError;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

pin_project! {
    /// The data of a body, without its trailers, because no scheme signs them.
    #[project = ChunksProjection]
    pub(crate) enum Chunks<B> {
        /// Not read yet.
        Unread {
            // Taken by the first poll.
            body: Option<B>,
            has_length: bool,
        },
        /// Read in place, and never moved again.
        InPlace {
            #[pin]
            body: B,
        },
        /// Read on the heap, so that the rest of the body can be passed on.
        Boxed {
            // Taken at the end of the body.
            body: Option<Pin<Box<B>>>,
        },
    }
}

impl<B> Chunks<B> {
    /// Wraps a body that has not been read. A body of known length is read only if it is within the
    /// limit, so that no rest is left. Only a body of unknown length costs an allocation.
    pub(crate) fn new(body: B, has_length: bool) -> Self {
        Self::Unread { body: Some(body), has_length }
    }

    /// Takes the rest of the body. Returns `None` if nothing is left, or if the rest cannot be
    /// moved.
    pub(crate) fn rest(self: Pin<&mut Self>) -> Option<Pin<Box<B>>> {
        match self.project() {
            ChunksProjection::Unread { body, .. } => body.take().map(Box::pin),
            ChunksProjection::InPlace { .. } => None,
            ChunksProjection::Boxed { body } => body.take(),
        }
    }
}

impl<B> Stream for Chunks<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let ChunksProjection::Unread { body, has_length } = self.as_mut().project() {
            let next = match body.take() {
                Some(body) if *has_length => Self::InPlace { body },
                body => Self::Boxed { body: body.map(Box::pin) },
            };
            self.set(next);
        }
        let body = match self.as_mut().project() {
            ChunksProjection::InPlace { body } => body,
            ChunksProjection::Boxed { body: Some(body) } => body.as_mut(),
            // `Unread` is not reached: the code above has replaced it with another state.
            ChunksProjection::Boxed { body: None } | ChunksProjection::Unread { .. } => {
                return Poll::Ready(None);
            }
        };
        let item = ready!(poll_data(body, cx));
        if let (ChunksProjection::Boxed { body }, None | Some(Err(_))) = (self.project(), &item) {
            // The body has ended or is broken: nothing is left to read.
            *body = None;
        }
        Poll::Ready(item)
    }
}

#[inline]
fn poll_data<B>(
    mut body: Pin<&mut B>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, BodyError>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
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

/// Sorts an error: an outer limit ended the body if a [`LengthLimitError`] is the error or any of
/// its sources.
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
