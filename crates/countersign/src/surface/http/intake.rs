//! The intake of a delivery of `http` 1.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use countersign_core::request::RequestTarget;
use http::{HeaderValue, Version, header::CONTENT_LENGTH, request::Parts, uri::Authority};
use http_body::Body;
use pin_project_lite::pin_project;

use crate::{
    Rejection,
    adapter::VerifiedDelivery,
    observe::Handling,
    surface::{
        Verifiers,
        http::{Chunks, HttpHeaders, chunks::BoxError, linger::linger},
        intake,
        refusal::Refusal,
    },
};

pin_project! {
    /// Future that verifies one delivery. It returns a rejection together with the rest of the
    /// body.
    pub(crate) struct Intake<V, B>
    where
        V: Verifiers,
    {
        #[pin]
        inner: intake::Intake<V, Chunks<B>>,
    }
}

/// A rejected delivery, and the rest of its body.
pub(crate) struct Rejected<B> {
    refusal: Refusal,
    rest: Option<Pin<Box<B>>>,
}

impl<V, B> Intake<V, B>
where
    V: Verifiers,
    B: Body,
    B::Error: Into<BoxError>,
{
    /// Begins the call of the handler, after the delivery was accepted.
    #[cfg(feature = "tower")]
    #[inline]
    pub(crate) fn handling(&self, delivery: &VerifiedDelivery) -> Handling {
        self.inner.handling(delivery)
    }

    /// Ends the span of the delivery, which is verified.
    #[cfg(feature = "tower")]
    pub(crate) fn release(self: Pin<&mut Self>) {
        self.project().inner.release();
    }

    /// Returns the body limit of the verifier that checks the delivery, in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.inner.limit()
    }
}

/// Checks the headers of a request, and returns the future that verifies its body.
#[inline]
pub(crate) fn intake<V, B>(verifiers: &V, parts: &Parts, body: B) -> Intake<V, B>
where
    V: Verifiers,
    B: Body,
    B::Error: Into<BoxError>,
{
    let headers = HttpHeaders(&parts.headers);
    // A body that comes from the server knows its length from `Content-Length`. A body that a layer
    // has wrapped may not know it.
    let hint = body.size_hint();
    let length = hint.exact().or_else(|| {
        let field = parts.headers.get(CONTENT_LENGTH).map(HeaderValue::as_bytes);
        intake::declared_length(field)
    });
    let declared = length.max(Some(hint.lower()));
    // A body of known length is read only if it is within the limit, so nothing of it is left over.
    let chunks = Chunks::new(body, length.is_some());
    Intake { inner: intake::Intake::new(verifiers, &headers, declared, target(parts), chunks) }
}

/// Returns the answer to a rejected request, and logs it.
pub(crate) fn refuse(refusal: impl Into<Refusal>, parts: &Parts) -> Rejection {
    let is_multiplexed = parts.version > Version::HTTP_11;
    refusal.into().answer(&HttpHeaders(&parts.headers), target(parts), is_multiplexed)
}

// Inlined, so that a verifier with secrets of its own, which does not use it, does not compute it.
#[inline]
fn target(parts: &Parts) -> RequestTarget<'_> {
    let authority = parts.uri.authority().map(Authority::as_str);
    RequestTarget::new(parts.uri.path()).authority(authority)
}

impl<V, B> Future for Intake<V, B>
where
    V: Verifiers,
    B: Body,
    B::Error: Into<BoxError>,
{
    type Output = Result<V::Proof, Rejected<B>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut inner = self.project().inner;
        inner.as_mut().poll(cx).map_err(|refusal| {
            let rest = inner.unread().and_then(Chunks::rest);
            Rejected { refusal, rest }
        })
    }
}

impl<B> Rejected<B> {
    /// Rejects a delivery whose body was not read.
    pub(crate) fn unread(rejection: Rejection, body: B) -> Self {
        Self { refusal: rejection.into(), rest: Some(Box::pin(body)) }
    }
}

impl<B: Body + Send + 'static> Rejected<B> {
    /// Rejects the request, and reads the rest of its body if the answer would be lost otherwise.
    pub(crate) fn refuse(self, parts: &Parts) -> Rejection {
        if let Some(rest) = self.rest {
            linger(rest, parts);
        }
        refuse(self.refusal, parts)
    }
}
