//! A request as a verifier sees it, before anything of it is verified.

mod head;
pub(crate) mod unsigned;

pub use head::{RequestHead, RequestTarget};
pub use unsigned::UnsignedRequest;
