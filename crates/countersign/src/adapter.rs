//! Building blocks for adapters to other frameworks, which verify a delivery while its body
//! arrives.
//!
//! [`Verifier::admit`](crate::Verifier::admit) checks the headers and returns an [`Admission`]: a
//! [`Verification`], or a lookup of the tenant's secrets, which returns one. Pass each chunk of the
//! body to [`Verification::update`]; then [`Verification::finish`] returns the proof or an error.

pub use countersign_core::adapter::{Admission, HeaderKey, Lookup, Verification, body_digest};

/// A verified delivery of any provider: [`countersign_core::adapter::VerifiedDelivery`] over
/// [`Bytes`](bytes::Bytes).
pub type VerifiedDelivery<B = bytes::Bytes> = countersign_core::adapter::VerifiedDelivery<B>;

#[cfg(any(feature = "axum", feature = "tower"))]
pub use crate::surface::http::HttpHeaders;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "tower"))]
pub use crate::surface::{Extractor, Verifiers};
