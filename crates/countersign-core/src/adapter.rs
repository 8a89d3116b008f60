//! For adapters to other frameworks: a delivery verified while its body arrives.
//!
//! [`Verifier::admit`](crate::Verifier::admit) judges the headers. If the signature is plausible,
//! [`Verification::update`] takes each chunk of the body, and [`Verification::finish`] gives the
//! verdict.

pub use crate::{
    headers::HeaderKey, mac::body_digest, tenants::Lookup, verification::Verification,
    verifier::Admission,
};
