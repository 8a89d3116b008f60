//! Futures that are ready when they are polled first.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Polls a future once, and returns its output.
///
/// # Panics
///
/// Panics if the future is not ready.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a whole request is not answered at once"),
    }
}

/// Requests that are made before the clock starts: few enough to stay in the cache.
pub(crate) const BATCH: u32 = 16;
