//! The value of a header field of an answer.

use bytes::Bytes;

/// The value of a header field of an answer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FieldValue<'a> {
    Constant(&'static str),
    /// Part of an answer that a handler gave.
    Kept(&'a Bytes),
    Seconds(u64),
}

impl FieldValue<'_> {
    pub(crate) fn into_bytes(self) -> Bytes {
        match self {
            Self::Constant(text) => Bytes::from_static(text.as_bytes()),
            Self::Kept(bytes) => bytes.clone(),
            Self::Seconds(seconds) => seconds.to_string().into(),
        }
    }
}
