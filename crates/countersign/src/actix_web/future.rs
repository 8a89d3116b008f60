use std::{
    fmt,
    future::Future,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use actix_web::{
    HttpMessage,
    body::EitherBody,
    dev::{Payload, Service, ServiceRequest, ServiceResponse},
    http::header::{CONTENT_LENGTH, HeaderMap},
};
use countersign_core::{Form, Provider};
use pin_project_lite::pin_project;

use super::intake::{Intake, refuse};
use crate::respelled::ABOUT_THE_WIRE;

pin_project! {
    /// Response future of [`Verify`](super::Verify).
    pub struct ResponseFuture<S, P>
    where
        S: Service<ServiceRequest>,
    {
        #[pin]
        state: State<S, S::Future, P>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, P> {
        Verifying {
            #[pin]
            intake: Intake<P>,
            // Taken when the body is verified. The request is not cloned: the router wants it
            // for itself.
            waiting: Option<(ServiceRequest, Rc<S>)>,
        },
        Calling {
            #[pin]
            response: F,
        },
    }
}

impl<S, P> ResponseFuture<S, P>
where
    S: Service<ServiceRequest>,
{
    pub(super) fn new(intake: Intake<P>, request: ServiceRequest, inner: Rc<S>) -> Self {
        Self { state: State::Verifying { intake, waiting: Some((request, inner)) } }
    }
}

impl<S, P, B> Future for ResponseFuture<S, P>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    P: Provider,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Verifying { intake, waiting } => {
                    let verdict = ready!(intake.poll(cx));
                    let Some((mut request, inner)) = waiting.take() else {
                        // Not reached: what is verified is called, what is refused is answered.
                        return Poll::Pending;
                    };
                    let verified = match verdict {
                        Ok(verified) => verified,
                        Err(rejection) => {
                            let rejection = refuse::<P>(rejection, request.request());
                            let response = request.error_response(rejection);
                            return Poll::Ready(Ok(response.map_into_right_body()));
                        }
                    };
                    if verified.form() != Form::Wire {
                        describe(request.headers_mut(), verified.bytes().len());
                    }
                    request.extensions_mut().insert(verified.clone());
                    request.set_payload(Payload::from(verified.into_body()));
                    let response = inner.call(request);
                    state.set(State::Calling { response });
                }
                StateProjection::Calling { response } => {
                    return response.poll(cx).map_ok(ServiceResponse::map_into_left_body);
                }
            }
        }
    }
}

/// Makes the fields that describe a body describe the one that is handed on.
fn describe(headers: &mut HeaderMap, length: usize) {
    for name in ABOUT_THE_WIRE {
        headers.remove(name);
    }
    headers.insert(CONTENT_LENGTH, length.into());
}

impl<S, P> fmt::Debug for ResponseFuture<S, P>
where
    S: Service<ServiceRequest>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
