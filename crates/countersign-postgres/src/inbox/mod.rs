//! An inbox in two tables.

mod accept;
mod bell;
mod endings;
mod history;
mod objects;
mod store;
mod take;
mod text;

pub use store::{INBOX_MIGRATION, PostgresInbox};
