//! The middleware of all frameworks: one call of the inner service for each event.

use std::future::Future;

use bytes::Bytes;

use super::{Idempotency, KeptAnswer, claim_key::ClaimKey};
use crate::Rejection;

/// One request, and the inner service that handles it, in the types of a framework.
pub(crate) trait Call: Sized {
    /// The response of the inner service.
    type Response;
    /// The error of the inner service.
    type Error;
    /// The response of the middleware.
    type Sent;
    /// A response without its body.
    type Head;
    /// The call of the inner service. An associated type, so that a framework can require `Send`.
    type Calling: Future<Output = Result<Self::Response, Self::Error>>;
    /// The future that reads the body of a response. It returns `None` instead of the body if the
    /// body breaks off.
    type Reading: Future<Output = (Self::Head, Option<Bytes>)>;

    /// Calls the inner service.
    fn call(self) -> Self::Calling;

    /// Answers the request without the inner service.
    fn reject(self, rejection: Rejection) -> Self::Sent;

    /// Returns whether the response has a status of success.
    fn is_success(response: &Self::Response) -> bool;

    /// Returns the length of the body in bytes, if it is known and the body is not encoded.
    fn length(response: &Self::Response) -> Option<u64>;

    /// Passes a response on, with its body unread.
    fn pass(response: Self::Response) -> Self::Sent;

    /// Reads the body of a response.
    fn read(response: Self::Response) -> Self::Reading;

    /// Makes the answer that is kept for duplicates.
    fn keep(head: &Self::Head, body: Bytes) -> KeptAnswer;

    /// Makes the response whose body was read. If the body broke off, the response has an empty
    /// body.
    fn whole(head: Self::Head, body: Option<Bytes>) -> Self::Sent;
}

/// Claims the event of a request, calls the inner service, and completes or releases the event.
///
/// If the future is dropped or the call panics, the event is completed if it was already handled,
/// and otherwise released.
pub(crate) async fn once<C: Call>(
    idempotency: Idempotency,
    claim_key: ClaimKey,
    call: C,
) -> Result<C::Sent, C::Error> {
    let claimed = match idempotency.admit(claim_key).await {
        Ok(claimed) => claimed,
        Err(rejection) => return Ok(call.reject(rejection)),
    };
    let outcome = call.call().await;
    let was_handled = outcome.as_ref().is_ok_and(C::is_success);
    let claimed = claimed.after(was_handled);
    match outcome {
        Ok(response) if was_handled && claimed.keeps(C::length(&response)) => {
            let (head, body) = C::read(response).await;
            // The event was handled, even if its answer cannot be read.
            let answer = body.clone().map(|body| C::keep(&head, body));
            claimed.settle(answer.as_ref()).await;
            Ok(C::whole(head, body))
        }
        outcome => {
            claimed.settle(None).await;
            outcome.map(C::pass)
        }
    }
}
