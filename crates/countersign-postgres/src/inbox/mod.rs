//! An inbox in two tables.

mod accept;
mod background;
mod bell;
mod endings;
mod engine;
mod history;
mod objects;
mod store;
mod take;
mod text;

pub use store::{INBOX_MIGRATION, PostgresInbox};
