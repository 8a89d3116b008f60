//! Providers that are chosen while the program runs.

mod provider;
mod signing;
mod verifier;

pub use provider::AnyProvider;
pub use signing::AnySigning;
pub use verifier::AnyVerifier;
