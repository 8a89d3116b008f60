//! The one loop: begin, chunks within limit and deadline, finish.
//!
//! A rejected body that was not read to its end is left to the adapter: `http` reads and drops it
//! within limits after the answer, and actix-web does so by itself.

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
    logs::accepted_delivery::Began,
    surface::{Reason, Verifiers, decide::Terms, proof::Proof, refusal::Refusal},
};

pin_project! {
    /// Takes in one delivery, whatever framework it comes through.
    ///
    /// The headers are judged when it is made; polling it reads the body.
    pub(crate) struct Intake<V, S>
    where
        V: Verifiers,
    {
        terms: Terms,
        // `None` unless accepted deliveries are logged. Boxed, because that is rarely switched on.
        began: Option<Box<Began>>,
        stage: Stage<V>,
        #[pin]
        body: S,
        // Boxed, because a body that is there at once needs none.
        deadline: Option<Pin<Box<Sleep>>>,
    }
}

/// What the sender says of the body's length in bytes, in the first `Content-Length` if there is
/// one.
pub(crate) fn declared_length(field: Option<&[u8]>) -> Option<u64> {
    field?.iter().try_fold(0_u64, |length, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        length.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

/// What the headers were good for. The large variant is not boxed: that would cost each good
/// delivery an allocation.
enum Stage<V: Verifiers> {
    /// A plausible signature: once the secrets are there, each chunk is hashed and kept.
    Admitted(Admission<V::Verification>),
    /// No signature header: a small body is kept for the closures that answer handshakes.
    Unsigned { error: VerifyError, answerers: Vec<AnswerUnsigned>, body: BytesMut },
    /// Refused already: a small body is read and dropped, so that the connection can go on.
    Discarding { error: VerifyError, room: usize },
    /// Refused already, and the body is too large to be dropped.
    Refused { error: VerifyError },
}

/// Why a body gave no further chunk.
pub(crate) enum BodyError {
    /// A limit that somebody else has set.
    OuterLimit,
    /// The sender is gone, or speaks no HTTP.
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
        let began = Began::note(verifiers);
        let (terms, admission) = verifiers.begin(headers, declared_length, target);
        let stage = match admission {
            Ok(admission) => Stage::Admitted(admission),
            Err(error) => {
                let fits = |room| declared_length.is_none_or(|length| length <= room as u64);
                let mut answerers = Vec::new();
                if error.kind() == VerifyErrorKind::MissingSignature
                    && fits(UnsignedRequest::BODY_LIMIT)
                {
                    verifiers.answerers(&mut answerers);
                }
                // An empty header is a signature that is not valid, not a missing one.
                if !answerers.is_empty() && verifiers.signature_headers(headers) == 0 {
                    Stage::Unsigned { error, answerers, body: BytesMut::new() }
                } else if fits(DISCARDED) && error.kind() != VerifyErrorKind::BodyTooLarge {
                    Stage::Discarding { error, room: DISCARDED }
                } else {
                    Stage::Refused { error }
                }
            }
        };
        Self { terms, began, stage, body, deadline: None }
    }

    /// Returns the limit of the verifier that decides, in bytes of a body.
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
        Poll::Ready(this.stage.end(ending, this.terms, this.began.as_deref()))
    }
}

impl<V: Verifiers> Stage<V> {
    /// Gives the verdict, once the body has ended well or badly.
    #[inline]
    fn end(
        &mut self,
        ending: Result<(), Reason>,
        terms: &Terms,
        began: Option<&Began>,
    ) -> Result<V::Proof, Refusal> {
        let refused = |reason| terms.refuse(reason);
        match (self, ending) {
            (Self::Admitted(Admission::Begun(verification)), Ok(())) => V::finish(verification)
                .inspect(|proof| {
                    began.into_iter().for_each(|began| began.accepted(proof.delivery()))
                })
                .map_err(|error| {
                    let rejection = refused(Reason::Verify(error));
                    rejection.about(&V::take_body(verification)).into()
                }),
            (Self::Admitted(_), Err(reason)) => Err(refused(reason).closing().into()),
            // Not reached: nothing is read before the secrets are there.
            (Self::Admitted(Admission::LookingUp(_)), Ok(())) => {
                Err(refused(Reason::LookupDeadline).closing().into())
            }
            (Self::Unsigned { error, answerers, body }, Ok(())) => {
                let rejection = refused(Reason::Verify(error.clone()));
                let body = mem::take(body).freeze();
                Err(Refusal::unsigned(rejection, mem::take(answerers), body))
            }
            (Self::Discarding { error, .. }, Ok(())) => {
                Err(refused(Reason::Verify(error.clone())).into())
            }
            // The delivery was rejected before its body ended, so that rejection stays the answer.
            (
                Self::Unsigned { error, .. }
                | Self::Discarding { error, .. }
                | Self::Refused { error },
                _,
            ) => Err(refused(Reason::Verify(error.clone())).closing().into()),
        }
    }

    fn take(&mut self, chunk: Bytes) -> Result<(), VerifyError> {
        match self {
            Self::Admitted(Admission::Begun(verification)) => V::update(verification, chunk)?,
            // Not reached: nothing is read before the secrets are there.
            Self::Admitted(Admission::LookingUp(_)) => {}
            Self::Unsigned { body, .. }
                if body.len() + chunk.len() <= UnsignedRequest::BODY_LIMIT =>
            {
                body.extend_from_slice(&chunk);
            }
            Self::Unsigned { error, body, .. } => {
                // Too large for a handshake: what was kept is dropped.
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

/// Reads the next chunk within the deadline. No timer is made while chunks are there at once.
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

/// Waits for the deadline, from the first time that something else is waited for.
fn poll_deadline(
    deadline: &mut Option<Pin<Box<Sleep>>>,
    limit: Duration,
    cx: &mut Context<'_>,
) -> Poll<()> {
    deadline.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx)
}

/// Bytes of a refused delivery that are read and dropped: reconnecting costs a sender, or the
/// proxy in front, more than we save by hanging up on a small body.
const DISCARDED: usize = 64 * 1024;
