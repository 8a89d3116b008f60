#![doc = include_str!("../README.md")]

mod claims;
mod engine;
mod error;
mod inbox;
mod time;

pub use claims::{SqliteStore, StoreOptions};
pub use inbox::{InboxOptions, SqliteInbox};
