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
    /// The data of a body. Trailers are not signed by any scheme, and are dropped.
    #[project = ChunksProjection]
    pub(crate) enum Chunks<B> {
        /// Not read yet.
        Unread {
            // Taken when reading begins, or when the rest is handed on.
            body: Option<B>,
            is_read_to_its_end: bool,
        },
        /// Read in place, and never moved again.
        InPlace {
            #[pin]
            body: B,
        },
        /// Read on the heap, so that the rest of the body can be handed on.
        Movable {
            // Taken at the end of the body.
            body: Option<Pin<Box<B>>>,
        },
    }
}

impl<B> Chunks<B> {
    /// Wraps a body. If reading ends only where the body ends, breaks off or reaches the deadline,
    /// no rest has to be kept. For other bodies, reading costs an allocation.
    #[inline]
    pub(crate) fn new(body: B, is_read_to_its_end: bool) -> Self {
        Self::Unread { body: Some(body), is_read_to_its_end }
    }

    /// Takes the rest of the body. Returns `None` if nothing is left, or if the rest cannot be
    /// moved.
    pub(crate) fn rest(self: Pin<&mut Self>) -> Option<Pin<Box<B>>> {
        match self.project() {
            ChunksProjection::Unread { body, .. } => body.take().map(Box::pin),
            ChunksProjection::InPlace { .. } => None,
            ChunksProjection::Movable { body } => body.take(),
        }
    }
}

impl<B> Stream for Chunks<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Item = Result<Bytes, BodyError>;

    #[inline]
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let ChunksProjection::Unread { body, is_read_to_its_end } = self.as_mut().project() {
            let Some(body) = body.take() else { return Poll::Ready(None) };
            let begun = match is_read_to_its_end {
                true => Self::InPlace { body },
                false => Self::Movable { body: Some(Box::pin(body)) },
            };
            self.set(begun);
        }
        match self.project() {
            ChunksProjection::Unread { .. } => Poll::Ready(None),
            ChunksProjection::InPlace { body } => poll_data(body, cx),
            ChunksProjection::Movable { body } => poll_movable(body, cx),
        }
    }
}

fn poll_movable<B>(
    rest: &mut Option<Pin<Box<B>>>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, BodyError>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let Some(body) = rest else { return Poll::Ready(None) };
    let item = poll_data(body.as_mut(), cx);
    // A body that has ended or is broken has nothing left to read.
    if matches!(item, Poll::Ready(None | Some(Err(_)))) {
        *rest = None;
    }
    item
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

/// Classifies an error: an outer limit ended the body if a [`LengthLimitError`] is the error or any
/// of its sources.
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
