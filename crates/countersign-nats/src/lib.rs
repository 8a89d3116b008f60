#![doc = include_str!("../README.md")]

mod inbox;
mod setup;

pub use async_nats;
pub use inbox::{DeadDelivery, NatsInbox};
pub use setup::{Opening, SetupError};
