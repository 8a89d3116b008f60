//! Verified deliveries in a store of the receiver, such as a durable queue.

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
