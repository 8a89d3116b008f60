// The README has examples for all three frameworks, so they compile only if all three are enabled.
#![cfg_attr(
    all(feature = "tower", feature = "axum", feature = "actix-web"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "tower", feature = "axum", feature = "actix-web")),
    doc = "Receive webhooks safely. The whole page is there with all features."
)]
#![cfg_attr(
    all(
        feature = "actix-web",
        feature = "axum",
        feature = "conformance",
        feature = "ed25519",
        feature = "idempotency",
        feature = "inflate",
        feature = "tenants",
        feature = "testing",
        feature = "tower"
    ),
    doc = "\n# Guide\n\nThe [guide](_guide) has a page for each task: a quickstart, typed events, secrets and others."
)]
//!
//! # Imports
//!
//! Import items by name, as in `use countersign::{Secret, Verifier, Webhook}`. The modules `axum`,
//! `tower` and `actix_web` have the names of the crates that they serve, so that
//! `use countersign::*` makes these names ambiguous (error E0659).

// The pages use every feature, so that their programs compile with all of them only.
#[cfg(all(
    feature = "actix-web",
    feature = "axum",
    feature = "conformance",
    feature = "ed25519",
    feature = "idempotency",
    feature = "inflate",
    feature = "tenants",
    feature = "testing",
    feature = "tower"
))]
pub mod _guide;
#[cfg(feature = "actix-web")]
pub mod actix_web;
pub mod adapter;
#[cfg(feature = "axum")]
pub mod axum;
pub mod error;
#[cfg(feature = "idempotency")]
pub mod idempotency;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "idempotency", feature = "tower"))]
pub mod logs;
#[cfg(feature = "_surface")]
mod polled_again;
#[cfg(feature = "_surface")]
mod surface;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(feature = "axum")]
pub use axum::FromLayer;
#[cfg(feature = "tenants")]
pub use countersign_core::tenants;
pub use countersign_core::{
    Answer, ConfigError, Event, HeaderSource, PayloadError, Provider, Scheme, Secret, Secrets,
    Signer, StoredDelivery, Verifier, VerifyError, clock, event, events, providers, request,
    scheme, signer,
};
#[cfg(any(
    feature = "actix-web",
    feature = "axum",
    feature = "idempotency",
    feature = "tower"
))]
pub use surface::{Either, Rejection, VerifiedBody, Webhook};

/// Proof that the provider `P` signed these bytes: [`countersign_core::Verified`] over
/// [`Bytes`](bytes::Bytes).
pub type Verified<P, B = bytes::Bytes> = countersign_core::Verified<P, B>;
