//! Verified deliveries that the receiver stores, for example in a durable queue.

mod delivery;
mod form;
mod headers;
mod octets;
mod proof;
#[cfg(test)]
mod tests;
mod time;
mod version;

pub use delivery::StoredDelivery;
