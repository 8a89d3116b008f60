#![doc = include_str!("../README.md")]

mod answer;
mod connection;
mod duration;
#[cfg(feature = "inbox")]
mod inbox;
mod migration;
mod statements;
mod store;
mod table;
mod transaction;

#[doc = include_str!("guarantees.md")]
pub mod guarantees {}

pub use deadpool_postgres;
#[cfg(feature = "inbox")]
#[cfg_attr(docsrs, doc(cfg(feature = "inbox")))]
pub use inbox::{INBOX_MIGRATION, PostgresInbox};
pub use statements::MIGRATION;
pub use store::PostgresStore;
pub use table::TableNameError;
