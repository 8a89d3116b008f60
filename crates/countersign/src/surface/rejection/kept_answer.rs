//! A first answer, kept for duplicates.

use bytes::Bytes;

/// The status, content type and body of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAnswer {
    /// The status, one of success.
    pub status: u16,
    /// What the header field `Content-Type` held; empty if there was none.
    pub content_type: Bytes,
    /// The body.
    pub body: Bytes,
}
