//! Code that all frameworks share.
//!
//! [`decide`] chooses the verifier. [`intake`] passes the body to that verifier. [`proof`] leaves a
//! verified delivery in the extensions of the request. [`refusal`] is a delivery that is not
//! accepted, and [`rejection`] is the answer to it. The modules of the frameworks only convert
//! types.

#![cfg_attr(
    not(all(feature = "actix-web", feature = "axum", feature = "idempotency", feature = "tower")),
    allow(dead_code, unreachable_pub, unused_imports, reason = "each feature uses a part of it")
)]

pub(crate) mod choice;
pub(crate) mod decide;
mod either;
mod event_facts;
pub(crate) mod extractor;
#[cfg(any(feature = "axum", feature = "tower"))]
pub(crate) mod http;
pub(crate) mod intake;
pub(crate) mod names;
pub(crate) mod proof;
pub(crate) mod refusal;
pub(crate) mod rejection;
mod webhook;

pub use decide::Verifiers;
pub use either::Either;
pub use extractor::Extractor;
pub use rejection::{InProgressStatus, KeptAnswer, Reason, Rejection, StoreError};
pub use webhook::{VerifiedBody, Webhook};
