//! A delivery that is not accepted, before its answer is made.

use bytes::Bytes;
use countersign_core::{
    __AnswerUnsigned as AnswerUnsigned, Answer, HeaderSource,
    request::{RequestTarget, UnsignedRequest},
};

use crate::Rejection;

/// A delivery that is not accepted: a rejection, or a handshake that a closure may answer.
pub(crate) struct Refusal {
    rejection: Rejection,
    unsigned: Option<Box<Unsigned>>,
}

/// The body of a request without a signature header, and the closures that may answer it.
pub(crate) struct Unsigned {
    answerers: Vec<AnswerUnsigned>,
    body: Bytes,
}

impl Refusal {
    /// Rejects a request, unless one of these closures answers it.
    pub(crate) fn unsigned(
        rejection: Rejection,
        answerers: Vec<AnswerUnsigned>,
        body: Bytes,
    ) -> Self {
        Self { rejection, unsigned: Some(Box::new(Unsigned { answerers, body })) }
    }

    /// Returns the answer to the request with these headers, and logs it.
    pub(crate) fn answer<H: HeaderSource + ?Sized>(
        self,
        headers: &H,
        target: RequestTarget<'_>,
        is_multiplexed: bool,
    ) -> Rejection {
        let answer = self.unsigned.and_then(|unsigned| unsigned.answer(headers, target));
        let rejection = match answer {
            Some(answer) => self.rejection.handshake(answer),
            None => self.rejection,
        };
        rejection.refuse(target.path, headers, is_multiplexed)
    }
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self { rejection, unsigned: None }
    }
}

impl Unsigned {
    fn answer<H: HeaderSource + ?Sized>(
        &self,
        headers: &H,
        target: RequestTarget<'_>,
    ) -> Option<Answer> {
        let request = UnsignedRequest::new(target, &headers, &self.body);
        self.answerers.iter().find_map(|answer| answer(&request))
    }
}
