use std::{
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{
    body::{BodySize, BoxBody, EitherBody, MessageBody, to_bytes},
    dev::{Service, ServiceRequest, ServiceResponse},
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
};
use bytes::Bytes;
use pin_project_lite::pin_project;

use crate::{
    idempotency::{ClaimGuard, KeptAnswer, Rejection, Settlement},
    polled_again::polled_again,
};

pin_project! {
    /// Response future of [`IdempotencyService`](super::IdempotencyService).
    pub struct IdempotencyFuture<S, B>
    where
        S: Service<ServiceRequest>,
    {
        #[pin]
        state: State<S, S::Future, S::Error, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, E, B> {
        Rejected {
            // Taken when it is asked for.
            waiting: Option<(Rejection, ServiceRequest)>,
        },
        Claiming {
            claiming: Pin<Box<dyn Future<Output = Result<ClaimGuard, Rejection>>>>,
            // Taken when the event is claimed.
            waiting: Option<(ServiceRequest, Rc<S>)>,
        },
        Calling {
            #[pin]
            response: F,
            claimed: Option<ClaimGuard>,
        },
        // The answer is read, so that it can be kept.
        Keeping {
            body: Pin<Box<dyn Future<Output = Option<Bytes>>>>,
            waiting: Option<(ServiceResponse<()>, ClaimGuard)>,
        },
        Settlement {
            settling: Settlement,
            outcome: Option<Result<ServiceResponse<EitherBody<B>>, E>>,
        },
    }
}

impl<S: Service<ServiceRequest>, B> IdempotencyFuture<S, B> {
    pub(super) fn new(
        claiming: impl Future<Output = Result<ClaimGuard, Rejection>> + 'static,
        request: ServiceRequest,
        inner: Rc<S>,
    ) -> Self {
        let claiming = Box::pin(claiming);
        Self { state: State::Claiming { claiming, waiting: Some((request, inner)) } }
    }

    pub(super) fn reject(rejection: Rejection, request: ServiceRequest) -> Self {
        Self { state: State::Rejected { waiting: Some((rejection, request)) } }
    }
}

impl<S, B> Future for IdempotencyFuture<S, B>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    B: MessageBody + 'static,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        // Where a state has nothing left to take, it was ready before, and nothing is to come.
        loop {
            let next = match state.as_mut().project() {
                StateProjection::Rejected { waiting } => {
                    let Some((rejection, request)) = waiting.take() else { polled_again() };
                    let response = request.error_response(rejection);
                    return Poll::Ready(Ok(response.map_into_right_body()));
                }
                StateProjection::Claiming { claiming, waiting } => {
                    let claimed = ready!(claiming.as_mut().poll(cx));
                    let Some((request, inner)) = waiting.take() else { polled_again() };
                    match claimed {
                        Ok(claimed) => {
                            State::Calling { response: inner.call(request), claimed: Some(claimed) }
                        }
                        Err(rejection) => State::Rejected { waiting: Some((rejection, request)) },
                    }
                }
                StateProjection::Calling { response, claimed } => {
                    let outcome = ready!(response.poll(cx));
                    let Some(claimed) = claimed.take() else { polled_again() };
                    State::answered(outcome, claimed)
                }
                StateProjection::Keeping { body, waiting } => {
                    let body = ready!(body.as_mut().poll(cx));
                    let Some((response, claimed)) = waiting.take() else { polled_again() };
                    State::kept(response, body, claimed)
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

impl<S, F, E, B: MessageBody + 'static> State<S, F, E, B> {
    /// The inner service is done: now the event is, or it is free again.
    fn answered(outcome: Result<ServiceResponse<B>, E>, claimed: ClaimGuard) -> Self {
        let was_handled = outcome.as_ref().is_ok_and(|response| response.status().is_success());
        let claimed = claimed.after(was_handled);
        match outcome {
            Ok(response) if was_handled && claimed.keeps(length(&response)) => {
                let (request, response) = response.into_parts();
                let (response, body) = response.into_parts();
                let body = Box::pin(async { to_bytes(body).await.ok() });
                let response = ServiceResponse::new(request, response);
                Self::Keeping { body, waiting: Some((response, claimed)) }
            }
            outcome => Self::Settlement {
                settling: claimed.settle(None),
                outcome: Some(outcome.map(ServiceResponse::map_into_left_body)),
            },
        }
    }

    /// The answer was read to its end, or broke off.
    fn kept(mut response: ServiceResponse<()>, body: Option<Bytes>, claimed: ClaimGuard) -> Self {
        let Some(body) = body else {
            // What cannot be read cannot be sent either. The event was handled all the same.
            response.headers_mut().remove(CONTENT_LENGTH);
            let response = response.map_body(|_, ()| BoxBody::new(Bytes::new()));
            return Self::Settlement {
                settling: claimed.settle(None),
                outcome: Some(Ok(response.map_into_right_body())),
            };
        };
        let content_type = response.headers().get(CONTENT_TYPE).map(|value| value.as_bytes());
        let answer = KeptAnswer {
            status: response.status().as_u16(),
            content_type: Bytes::copy_from_slice(content_type.unwrap_or_default()),
            body: body.clone(),
        };
        let response = response.map_body(|_, ()| BoxBody::new(body));
        Self::Settlement {
            settling: claimed.settle(Some(&answer)),
            outcome: Some(Ok(response.map_into_right_body())),
        }
    }
}

/// How long a body is, where that is known, and where it is no other spelling of what it says.
fn length<B: MessageBody>(response: &ServiceResponse<B>) -> Option<u64> {
    match response.response().body().size() {
        _ if response.headers().contains_key(CONTENT_ENCODING) => None,
        BodySize::None => Some(0),
        BodySize::Sized(length) => Some(length),
        BodySize::Stream => None,
    }
}

impl<S: Service<ServiceRequest>, B> fmt::Debug for IdempotencyFuture<S, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyFuture").finish_non_exhaustive()
    }
}
