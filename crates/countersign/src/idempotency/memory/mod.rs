//! Claims kept in the memory of one process.
//!
//! ```text
//! MemoryStore -> key's digest -> one of the shards, each behind a lock
//!                                  claims, done, notes: a table each, by digest
//! ```

mod clock;
mod digest;
mod limits;
mod lock;
mod notes;
mod shard;
mod store;
mod table;

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;

pub use store::MemoryStore;
