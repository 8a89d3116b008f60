//! The inbox: deliveries that are kept until they are handled.

mod accept;
mod activity;
mod alarm;
mod attempts;
mod endings;
mod haul;
mod history;
mod list;
mod objects;
mod options;
mod prune;
mod state;
mod stats;
mod store;
mod take;

#[cfg(test)]
mod tests;

pub use options::InboxOptions;
pub use store::SqliteInbox;
