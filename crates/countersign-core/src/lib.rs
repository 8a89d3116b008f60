#![doc = include_str!("../README.md")]

mod answer;
mod clock;
mod coding;
mod custom;
#[cfg(feature = "ed25519")]
mod ed25519;
mod error;
mod event;
mod expected;
mod foreign_headers;
mod form;
mod headers;
#[cfg(feature = "inflate")]
mod inflate;
mod key;
mod key_set;
mod mac;
mod provider;
pub mod providers;
mod reserialize;
mod scheme;
mod secret;
mod signature;
mod signer;
mod tenants;
mod unsigned;
mod url_encoded;
mod verification;
mod verified;
mod verifier;

pub use answer::Answer;
pub use clock::{Clock, FixedClock, SystemClock};
// Only for the crate `countersign`, which answers the deliveries that a verifier rejects.
#[doc(hidden)]
pub use custom::Custom as __Custom;
pub use error::{ConfigError, PayloadError, PayloadErrorKind, VerifyError, VerifyErrorKind};
pub use event::{
    Delivery, Envelope, Event, EventId, FromEnvelope, Identity, OpenEvent, RawEnvelope, RawJson,
    UnknownEvent,
};
// What `events!` writes names these; nobody else does.
#[doc(hidden)]
pub use event::{Reader as __Reader, Variants as __Variants};
pub use foreign_headers::ForeignHeaders;
pub use form::Form;
pub use headers::{FieldName, HeaderSource};
// Only for the crate `countersign`, which passes a text on to a framework that inflates it.
#[cfg(feature = "inflate")]
#[doc(hidden)]
pub use inflate::stored as __stored;
// Only for the crate `countersign`, which compares the keys of verifiers.
#[doc(hidden)]
pub use key_set::KeySet as __KeySet;
pub use mac::body_digest;
pub use provider::{EndpointOf, EventAt, Field, Provider};
pub use reserialize::JsonDumps;
pub use scheme::{Encoding, Part, Scheme, SecretForm, Timestamp, TimestampUnit};
pub use secret::{Secret, Secrets};
pub use signature::SignatureForm;
pub use signer::{SignedHeaders, Signer, Signing};
pub use tenants::{Address, Lookup, LookupError, RequestHead};
#[cfg(feature = "tenants")]
pub use tenants::{SecretSource, Tenants};
// Only for the crate `countersign`, which calls the closures of verifiers.
#[doc(hidden)]
pub use unsigned::AnswerUnsigned as __AnswerUnsigned;
pub use unsigned::UnsignedRequest;
pub use verification::Verification;
pub use verified::Verified;
pub use verifier::{Admission, Verifier};
