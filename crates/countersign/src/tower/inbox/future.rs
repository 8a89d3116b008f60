use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;

use crate::{polled_again::poll_boxed, tower::ResponseBody};

/// Response future of [`InboxService`](super::InboxService).
///
/// `R` is the body of the inner service's response, `E` its error.
pub struct InboxFuture<R, E>(Option<Pin<Box<Running<R, E>>>>);

type Running<R, E> = dyn Future<Output = Outcome<R, E>> + Send;

type Outcome<R, E> = Result<Response<ResponseBody<R>>, E>;

impl<R, E> InboxFuture<R, E> {
    pub(super) fn new(future: impl Future<Output = Outcome<R, E>> + Send + 'static) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<R, E> Future for InboxFuture<R, E> {
    type Output = Outcome<R, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        poll_boxed(&mut self.0, cx)
    }
}

impl<R, E> fmt::Debug for InboxFuture<R, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboxFuture").finish_non_exhaustive()
    }
}
