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
        /// Read in place, and never moved again.
        InPlace {
            #[pin]
            body: B,
        },
        /// Kept so that the rest of the body can be handed on.
        Movable {
            // Taken at the end of the body.
            body: Option<Rest<B>>,
        },
    }
}

/// The rest of a body that can be moved.
pub(crate) enum Rest<B> {
    Unread(B),
    /// On the heap, because a body must not be moved once it is read.
    Boxed(Pin<Box<B>>),
}

impl<B> Chunks<B> {
    /// Wraps a body that is read until it ends, breaks off or reaches the deadline, so that no rest
    /// has to be kept.
    pub(crate) fn in_place(body: B) -> Self {
        Self::InPlace { body }
    }

    /// Wraps a body whose rest may be left over. Reading it costs an allocation.
    pub(crate) fn movable(body: B) -> Self {
        Self::Movable { body: Some(Rest::Unread(body)) }
    }

    /// Takes the rest of the body. Returns `None` if nothing is left, or if the rest cannot be
    /// moved.
    pub(crate) fn rest(self: Pin<&mut Self>) -> Option<Pin<Box<B>>> {
        match self.project() {
            ChunksProjection::InPlace { .. } => None,
            ChunksProjection::Movable { body } => body.take().map(Rest::boxed),
        }
    }
}

impl<B> Rest<B> {
    fn boxed(self) -> Pin<Box<B>> {
        match self {
            Self::Unread(body) => Box::pin(body),
            Self::Boxed(body) => body,
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
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.project() {
            ChunksProjection::InPlace { body } => poll_data(body, cx),
            ChunksProjection::Movable { body } => poll_movable(body, cx),
        }
    }
}

fn poll_movable<B>(
    rest: &mut Option<Rest<B>>,
    cx: &mut Context<'_>,
) -> Poll<Option<Result<Bytes, BodyError>>>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let Some(body) = rest.take() else { return Poll::Ready(None) };
    let mut body = body.boxed();
    let item = poll_data(body.as_mut(), cx);
    // A body that has ended or is broken has nothing left to read.
    if !matches!(item, Poll::Ready(None | Some(Err(_)))) {
        *rest = Some(Rest::Boxed(body));
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
