//! Work that goes on after its caller has stopped waiting.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

use crate::polled_again::poll_boxed;

/// A future that goes on in a task of its own if it is dropped before its end, for example because
/// the client hung up. Without a tokio runtime, it ends when it is dropped.
pub(crate) struct DetachedTask<T: Send + 'static>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T: Send + 'static> DetachedTask<T> {
    pub(super) fn new(future: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(future)))
    }
}

impl<T: Send + 'static> Future for DetachedTask<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        poll_boxed(&mut self.0, cx)
    }
}

impl<T: Send + 'static> Drop for DetachedTask<T> {
    fn drop(&mut self) {
        if let (Some(future), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(future);
        }
    }
}

impl<T: Send + 'static> fmt::Debug for DetachedTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DetachedTask").finish_non_exhaustive()
    }
}
