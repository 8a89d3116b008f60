//! A first answer, kept for duplicates.

use std::fmt;

use bytes::Bytes;

/// The status, content type and body of an answer.
///
/// `Debug` shows the status and the body's length.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status, one of success.
    pub status: u16,
    /// What the header field `Content-Type` held; empty if there was none.
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
