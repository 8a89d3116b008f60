//! For adapters to other frameworks: a delivery verified while its body arrives.
//!
//! [`Verifier::admit`](crate::Verifier::admit) judges the headers. If the signature is plausible,
//! [`Verification::update`] takes each chunk of the body, and [`Verification::finish`] gives the
//! verdict.

pub use countersign_core::adapter::{Admission, HeaderKey, Lookup, Verification, body_digest};

#[cfg(any(feature = "axum", feature = "tower"))]
pub use crate::surface::http::HttpHeaders;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "tower"))]
pub use crate::surface::{Extractor, Verifiers};
