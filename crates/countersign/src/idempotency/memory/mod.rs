//! Claims kept in the memory of one process.
//!
//! ```text
//! MemoryStore -> key's digest -> one of the shards, each behind a lock
//!                                  claims: in progress; a table by digest
//!                                  done:   a queue, oldest first; an index of it by digest
//!                                  notes:  a queue, for those of the done that have one
//! ```

mod claims;
mod clock;
mod digest;
mod done;
mod lock;
mod notes;
mod shard;
mod store;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use store::MemoryStore;
