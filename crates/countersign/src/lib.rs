// The page shows every framework, so that its examples compile with all of them only.
#![cfg_attr(
    all(feature = "tower", feature = "axum", feature = "actix-web"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "axum", feature = "actix-web")),
    doc = "Receive webhooks safely. The whole page is there with all features."
)]

#[cfg(feature = "actix-web")]
pub mod actix_web;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(feature = "idempotency")]
pub mod idempotency;
#[cfg(any(feature = "_surface", feature = "idempotency"))]
mod log;
#[cfg(feature = "_surface")]
mod surface;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;

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
#[cfg(any(feature = "axum", feature = "tower"))]
pub use surface::HttpHeaders;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "tower"))]
pub use surface::{Either, Extractor, Reason, Rejection, VerifiedBody, Verifiers, Webhook};

/// Proof that the provider `P` signed these bytes: [`countersign_core::Verified`] over
/// [`Bytes`](bytes::Bytes).
pub type Verified<P, B = bytes::Bytes> = countersign_core::Verified<P, B>;
