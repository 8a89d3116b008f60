//! An inbox in three tables.

mod accept;
mod activity;
mod background;
mod batch;
mod bell;
mod endings;
mod engine;
mod history;
mod list;
mod objects;
mod prune;
mod store;
mod take;
mod text;
mod together;

pub use store::{INBOX_MIGRATION, PostgresInbox};
