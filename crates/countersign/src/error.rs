//! Error types, and the types of their details.

pub use countersign_core::error::{
    ConfigError, ErrorClass, LookupError, PayloadError, PayloadErrorKind, RestoreError, SignError,
    SignatureShape, VerifyError, VerifyErrorKind,
};

#[cfg(any(
    feature = "actix-web",
    feature = "axum",
    feature = "idempotency",
    feature = "tower"
))]
pub use crate::surface::{InProgressStatus, KeptAnswer, Reason, StoreError};
