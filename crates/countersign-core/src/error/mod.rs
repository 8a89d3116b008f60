//! Errors, with one type for each kind of failure: settings that are not valid, deliveries that are
//! not verified, signed bodies that are not the expected event, bodies that cannot be signed,
//! stored deliveries that a verifier does not accept, and lookups of secrets that failed.

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
