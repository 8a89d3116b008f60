//! Panics for futures that are polled after they have completed.

#[cfg(feature = "idempotency")]
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

/// Panics, because a future was polled after it had returned its output.
#[cold]
#[track_caller]
pub(crate) fn polled_again() -> ! {
    panic!("countersign future polled after completion")
}

/// Polls a future in a box, and drops the future once it is ready.
#[cfg(feature = "idempotency")]
pub(crate) fn poll_boxed<F: Future + ?Sized>(
    future: &mut Option<Pin<Box<F>>>,
    cx: &mut Context<'_>,
) -> Poll<F::Output> {
    let Some(running) = future else { polled_again() };
    let polled = running.as_mut().poll(cx);
    if polled.is_ready() {
        *future = None;
    }
    polled
}

#[cfg(all(test, feature = "tower"))]
mod tests {
    use std::{
        convert::Infallible,
        future::Future,
        panic::{AssertUnwindSafe, catch_unwind},
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use bytes::Bytes;
    use countersign_core::{Secret, Verifier, providers::GitHub};
    use http::{Request, Response};
    use http_body_util::{Empty, Full};
    use tower::{Layer, Service, service_fn};

    use crate::tower::{RequestBody, VerifyLayer};

    #[test]
    fn a_future_that_is_polled_again_says_so_and_does_not_hang() {
        let verifier = Verifier::<GitHub>::new(Secret::new("secret").unwrap()).unwrap();
        let mut service =
            VerifyLayer::new(verifier).layer(service_fn(|_: Request<RequestBody>| async {
                Ok::<_, Infallible>(Response::new(Full::<Bytes>::default()))
            }));
        let mut rejected = pin!(service.call(Request::new(Empty::<Bytes>::new())));
        let mut context = Context::from_waker(Waker::noop());
        let Poll::Ready(Ok(response)) = rejected.as_mut().poll(&mut context) else {
            panic!("a request without a body is answered at once");
        };
        assert_eq!(response.status(), 401);
        let again =
            catch_unwind(AssertUnwindSafe(|| rejected.as_mut().poll(&mut context).is_ready()));
        let message = again.unwrap_err().downcast::<&str>().unwrap();
        assert!(message.contains("polled after completion"), "{message}");
    }
}
