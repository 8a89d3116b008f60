//! Three kinds of failure, never mixed: mistakes in settings, deliveries that are not verified, and
//! signed bodies that cannot be read.

mod class;
mod config;
mod payload;
mod verify;

pub use class::ErrorClass;
pub use config::ConfigError;
pub use payload::{PayloadError, PayloadErrorKind};
pub(crate) use verify::Stale;
pub use verify::{VerifyError, VerifyErrorKind};

pub use crate::{signature::SignatureShape, tenants::directory::LookupError};
