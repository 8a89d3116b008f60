//! The intake of a delivery: the only loop that reads a body, in all frameworks.
//!
//! # Algorithm
//!
//! [`Intake::new`] checks the headers. The first of these cases that applies decides the [`Stage`]:
//! 1. `Admitted`: the verifier accepts the headers. The body will be hashed and kept.
//! 2. `Unsigned`: the signature header is absent, a closure for handshakes is set, and the declared
//!    length is at most 4 KiB or unknown. The body will be kept, and not hashed.
//! 3. `Discarding`: the headers are rejected for a reason other than the declared length, and the
//!    declared length is at most 64 KiB or unknown. The body will be read and dropped, so that the
//!    connection can be used again.
//! 4. `Refused`: the headers are rejected. The body will not be read.
//!
//! Polling repeats these steps until the body ends or one of them fails:
//! 1. `Refused` ends at once. `Admitted` first looks up the secrets of the tenant, if the verifier
//!    has none of its own.
//! 2. The next chunk is read. If the lookup or the chunk is not ready, the poll returns `Pending`.
//!    The first time, one timer is made for all remaining steps. While everything is ready at once,
//!    there is no timer.
//! 3. [`Stage::take`] takes the chunk. `Admitted` fails if the body is now longer than the limit.
//!    `Unsigned` becomes `Discarding` beyond 4 KiB. `Discarding` fails beyond 64 KiB.
//!
//! [`Stage::end`] returns the result. For `Admitted`, the verifier compares the tags if the body is
//! complete, and the proof or a rejection is returned. If a step failed, the rejection has the
//! status of that step: 503 for the lookup, and 408, 413 or 400 for the body. The other stages
//! return the error of the headers, even if the body failed. The closures for handshakes are called
//! later, and only if an `Unsigned` body is complete.
//!
//! Over HTTP/1, the connection closes after the answer, unless the body was read to its end.
//!
//! # Example
//!
//! A delivery of `XWebhookSignature` with the default limit (1 MiB) and deadline (10 s), in two
//! chunks:
//!
//! 1. `new`: the header `X-Webhook-Signature` has 64 hex digits, and `Content-Length` is 15. The
//!    tag has 32 bytes, and 15 is within the limit, so that the stage is `Admitted`. A MAC is
//!    started.
//! 2. First poll: the chunk `{"some"` is ready, and its 7 bytes are hashed and kept. The next chunk
//!    is not ready: a timer of 10 s is made, and the poll returns `Pending`.
//! 3. Second poll: the chunk `:"data"}` is ready, and its 8 bytes are hashed and kept. The body
//!    ends.
//! 4. `end`: the MAC over the 15 bytes equals the tag, and the proof is returned.
//!
//! If the second chunk is `:"dat4"}`, the MAC differs from the tag. The example has no retired
//! secret and no other body form to try, so `end` returns a rejection with 401. If the header has
//! 63 digits, `new` chooses `Discarding`: the 15 bytes are read and dropped, and the answer is the
//! same 401. In both cases the connection stays open.
//!
//! # The rest of a body
//!
//! If a rejected body was not read to its end, the adapter handles the rest: `http` reads and drops
//! it within limits after the answer, and actix-web does this itself.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use countersign_core::{
    __AnswerUnsigned as AnswerUnsigned, HeaderSource, VerifyError,
    adapter::Admission,
    error::VerifyErrorKind,
    request::{RequestTarget, UnsignedRequest},
};
use futures_core::Stream;
use pin_project_lite::pin_project;
use tokio::time::{Sleep, sleep};

use crate::{
    adapter::VerifiedDelivery,
    observe::{Handling, Receipt},
    surface::{Reason, Verifiers, decide::Terms, proof::Proof, refusal::Refusal},
};

pin_project! {
    /// Future that verifies one delivery, of any framework.
    ///
    /// [`Intake::new`] checks the headers, and polling reads the body.
    pub(crate) struct Intake<V, S>
    where
        V: Verifiers,
    {
        terms: Terms,
        receipt: Receipt,
        stage: Stage<V>,
        #[pin]
        body: S,
        // `None` until something is not ready. Boxed, because most bodies need no timer.
        deadline: Option<Pin<Box<Sleep>>>,
    }
}

/// Returns the length of the body in bytes that a `Content-Length` declares. Returns `None` if the
/// field is absent or is not a number.
pub(crate) fn declared_length(field: Option<&[u8]>) -> Option<u64> {
    field?.iter().try_fold(0_u64, |length, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        length.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// The state of a delivery after its headers were checked. The large variant is not boxed, because
/// a box would cost each good delivery an allocation.
enum Stage<V: Verifiers> {
    /// The headers are accepted: each chunk is hashed and kept, after the secrets were looked up.
    Admitted(Admission<V::Verification>),
    /// No signature header: a small body is kept for the closures that answer handshakes.
    Unsigned { error: VerifyError, answerers: Vec<AnswerUnsigned>, body: BytesMut },
    /// Rejected: a small body is read and dropped, so that the connection can be used again.
    Discarding { error: VerifyError, room: usize },
    /// Rejected: the body is too large to be read and dropped.
    Refused { error: VerifyError },
}

/// The reason why a body has no further chunk.
pub(crate) enum BodyError {
    /// A limit outside of the verifier, such as the limit of a layer.
    OuterLimit,
    /// The sender is gone, or does not send valid HTTP.
    Broken,
}

impl<V, S> Intake<V, S>
where
    V: Verifiers,
    S: Stream<Item = Result<Bytes, BodyError>>,
{
    #[inline]
    pub(crate) fn new<H: HeaderSource + ?Sized>(
        verifiers: &V,
        headers: &H,
        declared_length: Option<u64>,
        target: RequestTarget<'_>,
        body: S,
    ) -> Self {
        let receipt = Receipt::begin(verifiers, headers);
        let mut terms = verifiers.terms();
        let stage = match verifiers.begin(headers, declared_length, target, &mut terms) {
            Ok(admission) => Stage::Admitted(admission),
            Err(error) => {
                let fits = |room| declared_length.is_none_or(|length| length <= room as u64);
                let mut answerers = Vec::new();
                if error.kind() == VerifyErrorKind::MissingSignature
                    && fits(UnsignedRequest::BODY_LIMIT)
                {
                    verifiers.answerers(&mut answerers);
                }
                // An empty header counts as a signature that is not valid, and not as a missing
                // one.
                if !answerers.is_empty() && verifiers.signature_headers(headers) == 0 {
                    Stage::Unsigned { error, answerers, body: BytesMut::new() }
                } else if fits(DISCARDED) && error.kind() != VerifyErrorKind::BodyTooLarge {
                    Stage::Discarding { error, room: DISCARDED }
                } else {
                    Stage::Refused { error }
                }
            }
        };
        Self { terms, receipt, stage, body, deadline: None }
    }

    /// Begins the call of the handler, after the delivery was accepted.
    #[cfg(any(feature = "actix-web", feature = "tower"))]
    #[inline]
    pub(crate) fn handling(&self, delivery: &VerifiedDelivery) -> Handling {
        self.receipt.handling(delivery)
    }

    /// Ends the span of a delivery that was accepted, and drops the timer, although the intake is
    /// not dropped yet.
    #[cfg(feature = "tower")]
    #[cold]
    pub(crate) fn release(self: Pin<&mut Self>) {
        let this = self.project();
        this.receipt.end_span();
        *this.deadline = None;
    }

    /// Returns the body limit of the verifier that checks the delivery, in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.terms.limit
    }

    /// Returns the part of a rejected delivery's body that was not read: `None` if the deadline for
    /// the body has passed.
    pub(crate) fn unread(self: Pin<&mut Self>) -> Option<Pin<&mut S>> {
        let this = self.project();
        let is_late = this.deadline.as_ref().is_some_and(|deadline| deadline.is_elapsed());
        (!is_late).then_some(this.body)
    }
}

impl<V, S> Future for Intake<V, S>
where
    V: Verifiers,
    S: Stream<Item = Result<Bytes, BodyError>>,
{
    type Output = Result<V::Proof, Refusal>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        let _entered = this.receipt.enter();
        let limit = this.terms.deadline;
        let ending = loop {
            match this.stage {
                Stage::Refused { .. } => break Ok(()),
                Stage::Admitted(admission @ Admission::LookingUp(_)) => {
                    let Admission::LookingUp(lookup) = admission else { continue };
                    match lookup.as_mut().poll(cx) {
                        Poll::Ready(Ok(verification)) => {
                            *admission = Admission::Begun(verification);
                        }
                        Poll::Ready(Err(error)) => break Err(Reason::Lookup(error)),
                        Poll::Pending => {
                            ready!(poll_deadline(this.deadline, limit, cx));
                            break Err(Reason::LookupDeadline);
                        }
                    }
                }
                Stage::Admitted(_) | Stage::Unsigned { .. } | Stage::Discarding { .. } => {
                    match ready!(poll_next(this.body.as_mut(), this.deadline, limit, cx)) {
                        Ok(Some(chunk)) => {
                            if let Err(error) = this.stage.take(chunk) {
                                break Err(Reason::Verify(error));
                            }
                        }
                        Ok(None) => break Ok(()),
                        Err(reason) => break Err(reason),
                    }
                }
            }
        };
        this.stage.end(ending, this.terms, this.receipt)
    }
}

impl<V: Verifiers> Stage<V> {
    /// Returns the proof or the rejection, after the body has ended or could not be read.
    // Returns `Poll`, because the caller would have to copy a proof to wrap it.
    #[inline]
    fn end(
        &mut self,
        ending: Result<(), Reason>,
        terms: &Terms,
        receipt: &Receipt,
    ) -> Poll<Result<V::Proof, Refusal>> {
        let refused = |reason| {
            let mut rejection = terms.refuse(reason);
            receipt.rejected(&mut rejection);
            rejection
        };
        Poll::Ready(match ending {
            Ok(()) => match self {
                Self::Admitted(Admission::Begun(verification)) => match V::finish(verification) {
                    Ok(proof) => {
                        receipt.accepted(proof.delivery());
                        Ok(proof)
                    }
                    Err(error) => {
                        let body = V::take_body(verification);
                        let rejection = refused(Reason::Verify(error)).about(&body);
                        #[cfg(feature = "explain")]
                        let rejection = rejection.keeping(body);
                        Err(rejection.into())
                    }
                },
                // Not reached: no chunk is read before the secrets were looked up.
                Self::Admitted(Admission::LookingUp(_)) => {
                    Err(refused(Reason::LookupDeadline).closing().into())
                }
                Self::Unsigned { error, answerers, body } => {
                    let rejection = refused(Reason::Verify(take_error(error)));
                    let body = mem::take(body).freeze();
                    Err(Refusal::unsigned(rejection, mem::take(answerers), body))
                }
                Self::Discarding { error, .. } => {
                    Err(refused(Reason::Verify(take_error(error))).into())
                }
                Self::Refused { error } => {
                    Err(refused(Reason::Verify(take_error(error))).closing().into())
                }
            },
            Err(reason) => {
                let reason = match self {
                    Self::Admitted(_) => reason,
                    // The delivery was rejected before its body ended: the answer is still that
                    // rejection.
                    Self::Unsigned { error, .. }
                    | Self::Discarding { error, .. }
                    | Self::Refused { error } => Reason::Verify(take_error(error)),
                };
                Err(refused(reason).closing().into())
            }
        })
    }

    fn take(&mut self, chunk: Bytes) -> Result<(), VerifyError> {
        match self {
            Self::Admitted(Admission::Begun(verification)) => V::update(verification, chunk)?,
            // Not reached: no chunk is read before the secrets were looked up.
            Self::Admitted(Admission::LookingUp(_)) => {}
            Self::Unsigned { body, .. }
                if body.len() + chunk.len() <= UnsignedRequest::BODY_LIMIT =>
            {
                body.extend_from_slice(&chunk);
            }
            Self::Unsigned { error, body, .. } => {
                // The body is too large for a handshake: the part that was kept is dropped.
                *self = Self::Discarding { error: error.clone(), room: DISCARDED - body.len() };
                return self.take(chunk);
            }
            Self::Discarding { error, room } => {
                *room = room.checked_sub(chunk.len()).ok_or_else(|| error.clone())?;
            }
            Self::Refused { error } => return Err(error.clone()),
        }
        Ok(())
    }
}

/// Takes the error, and puts an error of the same kind, without details, in its place.
fn take_error(error: &mut VerifyError) -> VerifyError {
    let kind = error.kind();
    mem::replace(error, kind.into())
}

/// Reads the next chunk within the deadline. No timer is made while each chunk is ready at once.
fn poll_next<S: Stream<Item = Result<Bytes, BodyError>>>(
    body: Pin<&mut S>,
    deadline: &mut Option<Pin<Box<Sleep>>>,
    limit: Duration,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, Reason>> {
    match body.poll_next(cx) {
        Poll::Ready(Some(Ok(chunk))) => Poll::Ready(Ok(Some(chunk))),
        Poll::Ready(Some(Err(BodyError::OuterLimit))) => Poll::Ready(Err(Reason::OuterLimit)),
        Poll::Ready(Some(Err(BodyError::Broken))) => Poll::Ready(Err(Reason::BrokenBody)),
        Poll::Ready(None) => Poll::Ready(Ok(None)),
        Poll::Pending => poll_deadline(deadline, limit, cx).map(|()| Err(Reason::Deadline)),
    }
}

/// Polls the timer for the deadline. The first call makes the timer, when a step is not ready.
fn poll_deadline(
    deadline: &mut Option<Pin<Box<Sleep>>>,
    limit: Duration,
    cx: &mut Context<'_>,
) -> Poll<()> {
    deadline.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx)
}

/// In bytes: the longest rejected body that is read and dropped before the answer. Reading a small
/// body costs this server less than a new connection costs the sender, or the proxy in front.
const DISCARDED: usize = 64 * 1024;
