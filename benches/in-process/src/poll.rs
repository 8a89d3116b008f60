//! Futures that wait for nothing from outside.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

/// Takes what a future gives the first time it is asked.
///
/// # Panics
///
/// If it is not ready.
pub(crate) fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a whole request is not answered at once"),
    }
}

/// How many requests are made before the clock runs: few enough to stay in the cache.
pub(crate) const BATCH: u32 = 16;
