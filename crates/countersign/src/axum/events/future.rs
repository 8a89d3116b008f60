use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use axum_core::response::Response;

use super::erased::ResponseFuture;
use crate::polled_again::polled_again;

/// Response future of [`EventsService`](super::EventsService).
pub struct EventsFuture(State);

enum State {
    Calling(ResponseFuture),
    // Taken by the first poll.
    Ready(Option<Box<Response>>),
}

impl EventsFuture {
    pub(super) fn calling(response: ResponseFuture) -> Self {
        Self(State::Calling(response))
    }

    pub(super) fn ready(response: Response) -> Self {
        Self(State::Ready(Some(Box::new(response))))
    }
}

impl Future for EventsFuture {
    type Output = Result<Response, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Calling(response) => response.as_mut().poll(cx).map(Ok),
            State::Ready(response) => match response.take() {
                Some(response) => Poll::Ready(Ok(*response)),
                None => polled_again(),
            },
        }
    }
}

impl fmt::Debug for EventsFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventsFuture").finish_non_exhaustive()
    }
}
