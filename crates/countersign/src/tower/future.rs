use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use countersign_core::scheme::BodyForm;
#[cfg(feature = "inflate")]
use http::header::CONTENT_ENCODING;
use http::{
    Extensions, HeaderMap, HeaderValue, Request, Response,
    header::{CONTENT_LENGTH, CONTENT_TYPE},
};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use super::{RequestBody, ResponseBody};
#[cfg(feature = "axum")]
use crate::surface::http::default_limit;
use crate::{
    Rejection,
    observe::Handling,
    polled_again::polled_again,
    surface::{
        Verifiers,
        http::{BoxError, Intake, intake},
        proof::Proof,
    },
};

pin_project! {
    /// Response future of [`VerifyService`](super::VerifyService).
    pub struct VerifyFuture<S, V, B>
    where
        S: Service<Request<RequestBody>>,
        V: Verifiers,
    {
        #[pin]
        state: State<S, S::Future, V, B>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, F, V, B>
    where
        V: Verifiers,
    {
        Verifying {
            #[pin]
            intake: Intake<V, B>,
            // Without its body until the delivery is verified. Taken when the delivery is rejected,
            // and when the inner service is called.
            request: Option<Request<RequestBody>>,
            // `Some` while the delivery is verified and the inner service is not ready.
            verified: Option<Handling>,
            inner: S,
        },
        Calling {
            #[pin]
            response: F,
            handling: Handling,
        },
    }
}

impl<S, V, B> VerifyFuture<S, V, B>
where
    S: Service<Request<RequestBody>>,
    V: Verifiers,
{
    // One expression, so that the future is built in place and not moved.
    pub(super) fn new(verifiers: &V, request: Request<B>, inner: S) -> Self
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        Self {
            state: State::Verifying {
                intake: intake(verifiers, &parts, body),
                request: Some(Request::from_parts(parts, RequestBody::empty())),
                verified: None,
                inner,
            },
        }
    }
}

impl<S, V, B, R> Future for VerifyFuture<S, V, B>
where
    S: Service<Request<RequestBody>, Response = Response<R>>,
    V: Verifiers,
    B: Body + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<R>>, S::Error>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProjection::Verifying { mut intake, request: waiting, verified, inner } => {
                    let verdict = match verified {
                        Some(_) => None,
                        None => Some(ready!(intake.as_mut().poll(cx))),
                    };
                    // `None` if it is polled again after a rejection or an error was returned. Taken
                    // before it is changed: a copy of bytes that were just written would wait for
                    // them.
                    let Some(mut request) = waiting.take() else { polled_again() };
                    let handling = match verdict {
                        None => verified.take(),
                        Some(Ok(proof)) => {
                            let delivery = proof.delivery();
                            let bytes = delivery.body().clone();
                            let handling = intake.handling(delivery);
                            describe(request.headers_mut(), delivery.form(), bytes.len());
                            // The signed text can be longer than the body that was sent.
                            #[cfg(feature = "axum")]
                            default_limit::raise(&mut request, intake.limit().max(bytes.len()));
                            proof.leave(request.extensions_mut());
                            *request.body_mut() = RequestBody::new(bytes);
                            Some(handling)
                        }
                        Some(Err(rejected)) => {
                            let rejection = rejected.refuse(&request.into_parts().0);
                            return Poll::Ready(Ok(ResponseBody::full(rejection.into())));
                        }
                    };
                    // Not reached: without a verdict, `verified` is `Some`.
                    let Some(mut handling) = handling else { polled_again() };
                    if inner.poll_ready(cx)?.is_pending() {
                        intake.release();
                        *waiting = Some(request);
                        *verified = Some(handling);
                        return Poll::Pending;
                    }
                    handling.listen();
                    let response = inner.call(request);
                    handling.note();
                    state.set(State::Calling { response, handling });
                }
                StateProjection::Calling { response, handling } => {
                    let answer = handling.observe(|| response.poll(cx));
                    if let Poll::Ready(answer) = &answer {
                        handling.end(|| match answer {
                            Ok(response) if is_own(response.extensions()) => None,
                            Ok(response) => Some(response.status().is_success()),
                            Err(_) => Some(false),
                        });
                    }
                    return answer.map_ok(|response| response.map(ResponseBody::new));
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

/// Changes the header fields that describe the body, if the inner service gets another text than
/// the bytes on the wire.
fn describe(headers: &mut HeaderMap, form: BodyForm, length: usize) {
    if form == BodyForm::Wire {
        return;
    }
    for name in ABOUT_THE_WIRE {
        headers.remove(name);
    }
    headers.insert(CONTENT_LENGTH, length.into());
    #[cfg(feature = "inflate")]
    if form == BodyForm::Inflated {
        headers.remove(CONTENT_ENCODING);
    }
    if matches!(form, BodyForm::UrlEncodedMember(_)) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
}

impl<S, V, B> fmt::Debug for VerifyFuture<S, V, B>
where
    S: Service<Request<RequestBody>>,
    V: Verifiers,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyFuture").finish_non_exhaustive()
    }
}

/// Header fields that describe the bytes on the wire, and not the signed text that is passed on.
const ABOUT_THE_WIRE: [&str; 6] =
    ["content-digest", "content-md5", "digest", "repr-digest", "trailer", "transfer-encoding"];
