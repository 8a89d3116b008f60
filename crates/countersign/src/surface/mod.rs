//! What every framework has in common: a request comes in, is verified, and becomes a proof.
//!
//! [`decide`] chooses the verifier, [`intake`] reads the body and asks it for the verdict, [`proof`]
//! carries a good verdict through the framework, and [`rejection`] decides the answer to a bad one.
//! The modules of the frameworks only translate.

pub(crate) mod buffer;
pub(crate) mod choice;
pub(crate) mod decide;
mod either;
pub(crate) mod extractor;
#[cfg(any(feature = "axum", feature = "tower"))]
pub(crate) mod http;
pub(crate) mod intake;
mod names;
pub(crate) mod proof;
pub(crate) mod refusal;
pub(crate) mod rejection;
mod webhook;

pub use decide::Verifiers;
pub use either::Either;
pub use extractor::Extractor;
pub use rejection::{Reason, Rejection};
pub use webhook::{VerifiedBody, Webhook};
