use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{
    Request, Response,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    response,
};
use http_body::Body;
use http_body_util::{BodyExt, Collected, Full, combinators::Collect};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    idempotency::{ClaimGuard, KeptAnswer, Rejection, Settlement},
    polled_again::polled_again,
    tower::ResponseBody,
};

pin_project! {
    /// Response future of [`IdempotencyService`](super::IdempotencyService).
    pub struct IdempotencyFuture<S, B, R>
    where
        S: Service<Request<B>>,
        R: Body,
    {
        #[pin]
        state: State<S, S::Future, S::Error, B, R>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, E, B, R>
    where
        R: Body,
    {
        Rejected {
            // Taken when it is asked for.
            rejection: Option<Rejection>,
        },
        Claiming {
            claiming: Pin<Box<dyn Future<Output = Result<ClaimGuard, Rejection>> + Send>>,
            // Taken when the event is claimed.
            waiting: Option<(Request<B>, S)>,
        },
        Calling {
            #[pin]
            response: F,
            claimed: Option<ClaimGuard>,
        },
        // The answer is read, so that it can be kept.
        Keeping {
            #[pin]
            body: Collect<R>,
            waiting: Option<(response::Parts, ClaimGuard)>,
        },
        Settlement {
            settling: Settlement,
            outcome: Option<Result<Response<ResponseBody<R>>, E>>,
        },
    }
}

impl<S, B, R> IdempotencyFuture<S, B, R>
where
    S: Service<Request<B>>,
    R: Body,
{
    pub(super) fn new(
        claiming: impl Future<Output = Result<ClaimGuard, Rejection>> + Send + 'static,
        request: Request<B>,
        inner: S,
    ) -> Self {
        let claiming = Box::pin(claiming);
        Self { state: State::Claiming { claiming, waiting: Some((request, inner)) } }
    }

    pub(super) fn reject(rejection: Rejection) -> Self {
        Self { state: State::Rejected { rejection: Some(rejection) } }
    }
}

impl<S, B, R> Future for IdempotencyFuture<S, B, R>
where
    S: Service<Request<B>, Response = Response<R>>,
    R: Body<Data = Bytes>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        // Where a state has nothing left to take, it was ready before, and nothing is to come.
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Rejected { rejection } => {
                    let Some(rejection) = rejection.take() else { polled_again() };
                    return Poll::Ready(Ok(ResponseBody::full(rejection.into())));
                }
                StateProjection::Claiming { claiming, waiting } => {
                    let claimed = ready!(claiming.as_mut().poll(cx));
                    let Some((request, mut inner)) = waiting.take() else { polled_again() };
                    match claimed {
                        Ok(claimed) => {
                            State::Calling { response: inner.call(request), claimed: Some(claimed) }
                        }
                        Err(rejection) => State::Rejected { rejection: Some(rejection) },
                    }
                }
                StateProjection::Calling { response, claimed } => {
                    let outcome = ready!(response.poll(cx));
                    let Some(claimed) = claimed.take() else { polled_again() };
                    State::answered(outcome, claimed)
                }
                StateProjection::Keeping { body, waiting } => {
                    let body = ready!(body.poll(cx));
                    let Some((parts, claimed)) = waiting.take() else { polled_again() };
                    State::kept(parts, body.map(Collected::to_bytes).ok(), claimed)
                }
                StateProjection::Settlement { settling, outcome } => {
                    ready!(settling.as_mut().poll(cx));
                    return outcome.take().map_or_else(|| polled_again(), Poll::Ready);
                }
            };
            state.set(next);
        }
    }
}

impl<S, F, E, B, R: Body<Data = Bytes>> State<S, F, E, B, R> {
    /// The inner service is done: now the event is, or it is free again.
    fn answered(outcome: Result<Response<R>, E>, claimed: ClaimGuard) -> Self {
        let was_handled = outcome.as_ref().is_ok_and(|response| response.status().is_success());
        let claimed = claimed.after(was_handled);
        match outcome {
            Ok(response) if was_handled && claimed.keeps(length(&response)) => {
                let (parts, body) = response.into_parts();
                Self::Keeping { body: body.collect(), waiting: Some((parts, claimed)) }
            }
            outcome => Self::Settlement {
                settling: claimed.settle(None),
                outcome: Some(outcome.map(|response| response.map(ResponseBody::new))),
            },
        }
    }

    /// The answer was read to its end, or broke off.
    fn kept(mut parts: response::Parts, body: Option<Bytes>, claimed: ClaimGuard) -> Self {
        let Some(body) = body else {
            // What cannot be read cannot be sent either. The event was handled all the same.
            parts.headers.remove(CONTENT_LENGTH);
            let response = Response::from_parts(parts, Full::default());
            return Self::Settlement {
                settling: claimed.settle(None),
                outcome: Some(Ok(ResponseBody::full(response))),
            };
        };
        let content_type = parts.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        let answer = KeptAnswer {
            status: parts.status.as_u16(),
            content_type: Bytes::copy_from_slice(content_type.unwrap_or_default()),
            body: body.clone(),
        };
        let response = Response::from_parts(parts, Full::new(body));
        Self::Settlement {
            settling: claimed.settle(Some(&answer)),
            outcome: Some(Ok(ResponseBody::full(response))),
        }
    }
}

/// How long a body is, where that is known, and where it is no other spelling of what it says.
fn length(response: &Response<impl Body>) -> Option<u64> {
    let is_encoded = response.headers().contains_key(CONTENT_ENCODING);
    response.body().size_hint().exact().filter(|_| !is_encoded)
}

impl<S, B, R> fmt::Debug for IdempotencyFuture<S, B, R>
where
    S: Service<Request<B>>,
    R: Body,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyFuture").finish_non_exhaustive()
    }
}
