#![doc = include_str!("../README.md")]
// Badges on docs.rs show the feature of each item.
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod adapter;
mod answer;
mod any;
pub mod clock;
mod coding;
mod custom;
#[cfg(feature = "ed25519")]
mod ed25519;
pub mod error;
pub mod event;
mod expected;
mod headers;
#[cfg(feature = "inflate")]
mod inflate;
mod key;
mod key_set;
mod mac;
mod provider;
pub mod providers;
pub mod request;
mod reserialize;
pub mod scheme;
mod secret;
mod signature;
mod signed_url;
pub mod signer;
mod stored;
#[cfg(not(feature = "tenants"))]
mod tenants;
#[cfg(feature = "tenants")]
pub mod tenants;
// Only for the crate `countersign-explain`, which tries other texts and keys.
#[doc(hidden)]
#[path = "trial.rs"]
pub mod __trial;
mod url_encoded;
mod verification;
mod verified;
mod verifier;

pub use answer::Answer;
// Only for the crate `countersign`, which answers the deliveries that a verifier rejects.
#[doc(hidden)]
pub use custom::{
    Custom as __Custom, Explain as __Explain, Explainer as __Explainer, Rejected as __Rejected,
};
pub use error::{ConfigError, PayloadError, VerifyError};
pub use event::Event;
// Only for the code that `events!` generates.
#[doc(hidden)]
pub use event::variants::{Reader as __Reader, Variants as __Variants};
pub use headers::HeaderSource;
// Only for the crate `countersign`, which passes a text on to a framework that inflates it.
#[cfg(feature = "inflate")]
#[doc(hidden)]
pub use inflate::stored as __stored;
// Only for the crate `countersign`, which compares the keys of verifiers.
#[doc(hidden)]
pub use key_set::KeySet as __KeySet;
pub use provider::Provider;
// Only for the crate `countersign`, which calls the closures of verifiers.
#[doc(hidden)]
pub use request::unsigned::AnswerUnsigned as __AnswerUnsigned;
pub use scheme::Scheme;
pub use secret::{Secret, Secrets};
pub use signer::Signer;
pub use stored::StoredDelivery;
pub use verified::Verified;
pub use verifier::Verifier;
