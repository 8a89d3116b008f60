// The page shows every framework, so that its examples compile with all of them only.
#![cfg_attr(
    all(feature = "tower", feature = "axum", feature = "actix-web"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "axum", feature = "actix-web")),
    doc = "Receive webhooks safely. The whole page is there with all features."
)]

#[cfg(feature = "_intake")]
mod accepted;
#[cfg(feature = "actix-web")]
pub mod actix_web;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(any(feature = "_intake", feature = "idempotency"))]
mod causes;
#[cfg(feature = "_intake")]
mod choice;
#[cfg(feature = "_intake")]
mod either;
#[cfg(feature = "_extract")]
mod extractor;
#[cfg(feature = "_intake")]
mod frames;
#[cfg(feature = "_http")]
mod http;
#[cfg(feature = "idempotency")]
pub mod idempotency;
#[cfg(feature = "_intake")]
mod intake;
#[cfg(feature = "_intake")]
mod names;
#[cfg(feature = "_intake")]
mod proof;
#[cfg(feature = "_intake")]
mod refusal;
#[cfg(feature = "_intake")]
mod rejection;
#[cfg(feature = "_intake")]
mod respelled;
#[cfg(feature = "_intake")]
mod retired;
#[cfg(feature = "_intake")]
mod seldom;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "_intake")]
mod verifiers;
#[cfg(feature = "_extract")]
mod webhook;

pub use countersign_core::{
    Address, Admission, Answer, Clock, ConfigError, Delivery, Encoding, EndpointOf, Envelope,
    Event, EventAt, EventId, Field, FieldName, FixedClock, ForeignHeaders, Form, FromEnvelope,
    HeaderSource, Identity, JsonDumps, Lookup, LookupError, OpenEvent, Part, PayloadError,
    PayloadErrorKind, Provider, RawEnvelope, RawJson, RequestHead, Scheme, Secret, SecretForm,
    Secrets, SignatureForm, SignedHeaders, Signer, Signing, SystemClock, Timestamp, TimestampUnit,
    UnknownEvent, UnsignedRequest, Verification, Verifier, VerifyError, VerifyErrorKind,
    body_digest, events, providers,
};
#[cfg(feature = "tenants")]
pub use countersign_core::{SecretSource, Tenants};
#[cfg(feature = "_intake")]
pub use either::Either;
#[cfg(feature = "_extract")]
pub use extractor::Extractor;
#[cfg(feature = "_http")]
pub use http::HttpHeaders;
#[cfg(feature = "_intake")]
pub use rejection::{Reason, Rejection};
#[cfg(feature = "_intake")]
pub use verifiers::Verifiers;
#[cfg(feature = "_extract")]
pub use webhook::{VerifiedBody, Webhook};

/// Proof that the provider `P` signed these bytes: [`countersign_core::Verified`] over
/// [`Bytes`](bytes::Bytes).
pub type Verified<P, B = bytes::Bytes> = countersign_core::Verified<P, B>;
