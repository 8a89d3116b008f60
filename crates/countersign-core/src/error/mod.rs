//! Five kinds of failure, never mixed: mistakes in settings, deliveries that are not verified,
//! signed bodies that cannot be read, bodies that cannot be signed, and stored deliveries that do
//! not belong to a verifier.

mod class;
mod config;
mod payload;
mod restore;
mod sign;
mod verify;

pub use class::ErrorClass;
pub use config::ConfigError;
pub use payload::{PayloadError, PayloadErrorKind};
pub use restore::RestoreError;
pub use sign::SignError;
pub(crate) use verify::Stale;
pub use verify::{VerifyError, VerifyErrorKind};

pub use crate::{signature::SignatureShape, tenants::directory::LookupError};
