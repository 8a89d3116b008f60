//! Requests without a signature header, which some providers send as handshakes.

use std::{fmt, sync::Arc};

use crate::{
    Answer, HeaderSource,
    request::{RequestHead, RequestTarget},
};

/// A request without a signature header: its head, and its body of at most 4 KiB.
///
/// [`Verifier::answer_unsigned`](crate::Verifier::answer_unsigned) passes it to a closure.
///
/// # Security
///
/// Anybody can send such a request. Only answer it, and do not change any data because of it.
#[derive(Clone, Copy)]
pub struct UnsignedRequest<'a> {
    head: RequestHead<'a>,
    body: &'a [u8],
}

/// A closure that answers requests without a signature, or returns `None` to reject them.
pub type AnswerUnsigned = Arc<dyn Fn(&UnsignedRequest<'_>) -> Option<Answer> + Send + Sync>;

impl<'a> UnsignedRequest<'a> {
    /// Greatest length of the body, in bytes. A request with a longer body is not passed to the
    /// closure.
    pub const BODY_LIMIT: usize = 4 * 1024;

    /// Makes a request, to test a closure.
    ///
    /// # Examples
    ///
    /// ```
    /// use countersign::request::{RequestTarget, UnsignedRequest};
    ///
    /// let target = RequestTarget::new("/hooks");
    /// let headers = [("X-Hook-Secret", "b537207f20cbfa02357cf448134da559")];
    /// let request = UnsignedRequest::new(target, &headers, b"{}");
    /// assert_eq!(request.head().path(), "/hooks");
    /// assert_eq!(request.head().header("x-hook-secret"), Some(headers[0].1));
    /// assert_eq!(request.body(), b"{}");
    /// ```
    #[must_use]
    pub fn new<H: HeaderSource>(target: RequestTarget<'a>, headers: &'a H, body: &'a [u8]) -> Self {
        Self { head: RequestHead::new(target, headers), body }
    }

    /// Returns the request's path and header fields.
    #[must_use]
    pub fn head(&self) -> &RequestHead<'a> {
        &self.head
    }

    /// Returns the request's body as it was sent.
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.body
    }
}

impl fmt::Debug for UnsignedRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedRequest")
            .field("head", &self.head)
            .field("body_length", &self.body.len())
            .finish()
    }
}
