//! The store of handled events.

mod options;
mod statements;
mod store;

#[cfg(test)]
mod tests;

pub use options::StoreOptions;
pub(crate) use statements::upkeep;
pub use store::SqliteStore;
