//! Claims kept in the memory of one process.
//!
//! ```text
//! key -> digest -> one of many shards, each behind a lock:
//!                    claims: digest -> token, and the end of the lease
//!                    done:   digest -> the end of the ttl
//!                    notes:  digest -> note, and the end of the ttl
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
