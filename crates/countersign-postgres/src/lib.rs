#![doc = include_str!("../README.md")]

mod answer;
mod connection;
mod duration;
mod migration;
mod statements;
mod store;
mod table;
mod transaction;

#[doc = include_str!("guarantees.md")]
pub mod guarantees {}

pub use deadpool_postgres;
pub use statements::MIGRATION;
pub use store::PostgresStore;
pub use table::TableNameError;
