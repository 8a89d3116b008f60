//! Requests that are not verified yet, as closures and secret sources receive them.

mod head;
pub(crate) mod unsigned;

pub use head::{RequestHead, RequestTarget};
pub use unsigned::UnsignedRequest;
