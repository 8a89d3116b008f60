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
    dev::{Extensions, Payload, Service, ServiceRequest, ServiceResponse},
};
#[cfg(feature = "inflate")]
use countersign_core::scheme::BodyForm;
use pin_project_lite::pin_project;

#[cfg(feature = "inflate")]
use super::ActixHeaders;
use super::intake::{Intake, refuse};
use crate::{
    Rejection,
    observe::Handling,
    polled_again::polled_again,
    surface::{Verifiers, proof::Proof},
};

pin_project! {
    /// Response future of [`VerifyService`](super::VerifyService).
    pub struct VerifyFuture<S, V>
    where
        S: Service<ServiceRequest>,
        V: Verifiers,
    {
        #[pin]
        state: State<S, S::Future, V>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, V>
    where
        V: Verifiers,
    {
        Verifying {
            #[pin]
            intake: Intake<V>,
            // Taken when the body has been verified or rejected. The request is not cloned, because
            // the router needs the only reference to it.
            waiting: Option<(ServiceRequest, Rc<S>)>,
        },
        Calling {
            #[pin]
            response: F,
            handling: Handling,
        },
    }
}

impl<S, V> VerifyFuture<S, V>
where
    S: Service<ServiceRequest>,
    V: Verifiers,
{
    pub(super) fn new(intake: Intake<V>, request: ServiceRequest, inner: Rc<S>) -> Self {
        Self { state: State::Verifying { intake, waiting: Some((request, inner)) } }
    }
}

impl<S, V, B> Future for VerifyFuture<S, V>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>>,
    V: Verifiers,
{
    type Output = Result<ServiceResponse<EitherBody<B>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Verifying { mut intake, waiting } => {
                    let verdict = ready!(intake.as_mut().poll(cx));
                    let Some((mut request, inner)) = waiting.take() else {
                        // Polled again after a rejection was returned.
                        polled_again()
                    };
                    let proof = match verdict {
                        Ok(proof) => proof,
                        Err(rejection) => {
                            let rejection = refuse(rejection, request.request());
                            let response = request.error_response(rejection);
                            return Poll::Ready(Ok(response.map_into_right_body()));
                        }
                    };
                    // The head stays as it arrived. actix panics when a head is changed while
                    // another middleware holds a clone, and no public function shows whether there
                    // is a clone.
                    let delivery = proof.delivery();
                    let mut handling = intake.handling(delivery);
                    let bytes = match delivery.form() {
                        // `Content-Encoding` stays as well, so that actix's own extractors inflate
                        // the body.
                        #[cfg(feature = "inflate")]
                        BodyForm::Inflated => {
                            let headers = ActixHeaders(request.headers());
                            countersign_core::__stored(&headers, delivery.body()).into()
                        }
                        _ => delivery.body().clone(),
                    };
                    proof.leave(&mut *request.extensions_mut());
                    request.set_payload(Payload::from(bytes));
                    let response = handling.observe(|| inner.call(request));
                    state.set(State::Calling { response, handling });
                }
                StateProjection::Calling { response, handling } => {
                    let answer = handling.observe(|| response.poll(cx));
                    if let Poll::Ready(answer) = &answer {
                        handling.end(|| match answer {
                            Ok(response) if is_own(&response.response().extensions()) => None,
                            Ok(response) => Some(response.status().is_success()),
                            Err(_) => Some(false),
                        });
                    }
                    return answer.map_ok(ServiceResponse::map_into_left_body);
                }
            }
        }
    }
}

/// Returns true for an answer of this crate, which no handler gave.
fn is_own(extensions: &Extensions) -> bool {
    #[cfg(feature = "inbox")]
    if extensions.get::<crate::inbox::OnlyKept>().is_some() {
        return true;
    }
    extensions.get::<Rejection>().is_some()
}

impl<S, V> fmt::Debug for VerifyFuture<S, V>
where
    S: Service<ServiceRequest>,
    V: Verifiers,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyFuture").finish_non_exhaustive()
    }
}
