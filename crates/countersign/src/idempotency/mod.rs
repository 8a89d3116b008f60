//! Handles an event once, however often it is delivered.
//!
//! Providers deliver at least once: what they are not sure of having delivered, they send again.

#[cfg(feature = "conformance")]
pub mod conformance;
mod key;
mod lease;
mod memory;
mod shared;
mod store;

pub use key::IdempotencyKey;
pub use lease::{Lease, Token};
pub use memory::MemoryStore;
pub use shared::SharedStore;
pub use store::{Claim, Settled, Store, StoreError};
