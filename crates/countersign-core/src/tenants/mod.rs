//! Secrets that are looked up for each delivery, by its tenant.
//!
//! Guide: [secrets][guide]
//!
//! [guide]: https://docs.rs/countersign/latest/countersign/_guide/secrets/index.html

#[cfg(feature = "tenants")]
mod cache;
pub(crate) mod directory;
#[cfg(feature = "tenants")]
mod remembered;
#[cfg(feature = "tenants")]
mod running;
#[cfg(feature = "tenants")]
mod source;
#[cfg(all(test, feature = "tenants"))]
mod tests;

#[cfg(feature = "tenants")]
pub use cache::Tenants;
pub(crate) use directory::Directory;
#[cfg(feature = "tenants")]
pub use source::SecretSource;
