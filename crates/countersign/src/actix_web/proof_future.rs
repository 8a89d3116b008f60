//! The proof of a request: found in its extensions, or made by verifying the body.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{
    polled_again::polled_again,
    surface::{Extractor, extractor::ProofOf},
};

pin_project! {
    /// The proof that a middleware left, or the future `I` that verifies the body and returns a
    /// proof. `R` is a rejected request.
    #[project = ProofProjection]
    pub(super) enum ProofFuture<T, I, R>
    where
        T: Extractor,
    {
        Decided {
            // Taken by the first poll.
            verdict: Option<Result<ProofOf<T>, R>>,
        },
        Verifying {
            #[pin]
            intake: I,
        },
    }
}

impl<T: Extractor, I, R> ProofFuture<T, I, R> {
    /// Returns the proof that a middleware left, or a rejection without reading the body.
    #[inline]
    pub(super) fn decided(verdict: Result<ProofOf<T>, R>) -> Self {
        Self::Decided { verdict: Some(verdict) }
    }
}

impl<T, I, R> Future for ProofFuture<T, I, R>
where
    T: Extractor,
    I: Future<Output = Result<ProofOf<T>, R>>,
{
    type Output = Result<ProofOf<T>, R>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            ProofProjection::Verifying { intake } => intake.poll(cx),
            ProofProjection::Decided { verdict } => {
                verdict.take().map_or_else(|| polled_again(), Poll::Ready)
            }
        }
    }
}
