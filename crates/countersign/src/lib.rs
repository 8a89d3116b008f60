#![doc = include_str!("../guide/crate.md")]
// On docs.rs, a badge at each item shows its feature. The private feature is hidden.
#![cfg_attr(docsrs, feature(doc_cfg), doc(auto_cfg(hide(feature = "_surface"))))]
// The page of the crate links to items of all features.
#![cfg_attr(
    not(all(
        feature = "actix-web",
        feature = "axum",
        feature = "conformance",
        feature = "ed25519",
        feature = "explain",
        feature = "idempotency",
        feature = "inbox",
        feature = "inflate",
        feature = "metrics",
        feature = "tenants",
        feature = "testing",
        feature = "tower"
    )),
    allow(rustdoc::broken_intra_doc_links, reason = "some of the items are not compiled")
)]

// The programs on the pages of the guide compile only with all features.
#[cfg(all(
    feature = "actix-web",
    feature = "axum",
    feature = "conformance",
    feature = "ed25519",
    feature = "explain",
    feature = "idempotency",
    feature = "inbox",
    feature = "inflate",
    feature = "metrics",
    feature = "tenants",
    feature = "testing",
    feature = "tower"
))]
// Otherwise each page would have a badge with all features.
#[cfg_attr(docsrs, doc(auto_cfg = false))]
pub mod _guide;
#[cfg(feature = "actix-web")]
pub mod actix_web;
pub mod adapter;
#[cfg(feature = "axum")]
pub mod axum;
#[cfg(any(feature = "actix-web", feature = "axum"))]
mod dispatch;
pub mod error;
#[cfg(feature = "explain")]
pub mod explain;
#[cfg(feature = "idempotency")]
pub mod idempotency;
#[cfg(feature = "inbox")]
pub mod inbox;
#[cfg(any(feature = "actix-web", feature = "axum", feature = "idempotency", feature = "tower"))]
pub mod logs;
#[cfg(all(feature = "metrics", feature = "_surface"))]
pub mod metrics;
#[cfg(feature = "_surface")]
mod observe;
#[cfg(feature = "_surface")]
mod polled_again;
#[cfg(feature = "_surface")]
mod surface;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(feature = "axum")]
pub use crate::axum::FromLayer;
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

#[cfg(any(feature = "actix-web", feature = "axum"))]
pub use dispatch::{EventData, Unhandled};

/// Proof that the provider `P` signed these bytes: [`countersign_core::Verified`] over
/// [`Bytes`](bytes::Bytes).
pub type Verified<P, B = bytes::Bytes> = countersign_core::Verified<P, B>;

/// The program of the README, which must compile.
#[cfg(all(doctest, feature = "axum"))]
#[doc = include_str!("../README.md")]
struct Readme;
