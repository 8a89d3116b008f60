//! The first answer to an event, kept for duplicates.

use std::fmt;

use bytes::Bytes;

/// The status, content type and body of an answer.
///
/// `Debug` shows the status and the body's length.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status, a 2xx.
    pub status: u16,
    /// The value of the header field `Content-Type`; empty if the answer has none.
    pub content_type: Bytes,
    /// The body.
    pub body: Bytes,
}

impl fmt::Debug for KeptAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptAnswer")
            .field("status", &self.status)
            .field("length", &self.body.len())
            .finish_non_exhaustive()
    }
}
