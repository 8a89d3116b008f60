//! Building blocks for adapters to other frameworks. An adapter verifies a delivery while its body
//! arrives.
//!
//! [`Verifier::admit`](crate::Verifier::admit) checks the headers and returns an [`Admission`]: a
//! [`Verification`], or a lookup of the tenant's secrets, which returns one. Pass each chunk of the
//! body to [`Verification::update`]; then [`Verification::finish`] returns the proof or an error.

pub use crate::{
    headers::HeaderKey, mac::body_digest, tenants::directory::Lookup, verification::Verification,
    verified::VerifiedDelivery, verifier::Admission,
};
