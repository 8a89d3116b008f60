use std::{
    fmt,
    future::{Future, ready},
    pin::Pin,
    task::{Context, Poll},
};

use actix_web::{body::EitherBody, dev::ServiceResponse};

use crate::polled_again::poll_boxed;

/// Response future of [`IdempotencyService`](super::IdempotencyService).
///
/// `B` is the body of the inner service's response, `E` its error.
pub struct IdempotencyFuture<B, E>(Option<Pin<Box<Running<B, E>>>>);

type Running<B, E> = dyn Future<Output = Outcome<B, E>>;

type Outcome<B, E> = Result<ServiceResponse<EitherBody<B>>, E>;

impl<B: 'static, E: 'static> IdempotencyFuture<B, E> {
    pub(super) fn new(future: impl Future<Output = Outcome<B, E>> + 'static) -> Self {
        Self(Some(Box::pin(future)))
    }

    pub(super) fn ready(response: ServiceResponse<EitherBody<B>>) -> Self {
        Self::new(ready(Ok(response)))
    }
}

impl<B, E> Future for IdempotencyFuture<B, E> {
    type Output = Outcome<B, E>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        poll_boxed(&mut self.0, cx)
    }
}

impl<B, E> fmt::Debug for IdempotencyFuture<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyFuture").finish_non_exhaustive()
    }
}
