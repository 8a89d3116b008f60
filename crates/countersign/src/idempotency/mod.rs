//! Handles an event once, however often it is delivered.
//!
//! Providers deliver at least once: what they are not sure of having delivered, they send again.

mod claimed;
#[cfg(feature = "conformance")]
pub mod conformance;
#[cfg(feature = "_extract")]
mod fresh;
mod kept;
mod key;
mod lasting;
mod lease;
mod memory;
mod rejection;
mod settings;
mod shared;
mod store;

pub use claimed::Claimed;
#[cfg(feature = "_extract")]
pub(crate) use claimed::Settling;
#[cfg(feature = "_extract")]
pub use fresh::{Fresh, FreshRejection};
pub use kept::KeptAnswer;
pub use key::IdempotencyKey;
pub use lease::{Lease, Token};
pub use memory::MemoryStore;
pub use rejection::{Reason, Rejection};
pub use settings::Idempotency;
pub use shared::SharedStore;
pub use store::{Claim, Settled, Store, StoreError};

#[cfg(test)]
mod tests;
